"""Every write of the demo world."""
