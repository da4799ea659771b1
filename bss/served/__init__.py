"""The simulated provinces behind HTTPS, as a real system would be reached: TM Forum resources over their own books."""
