"""The simulated provinces: each a small BSS of its own, with its own database."""
