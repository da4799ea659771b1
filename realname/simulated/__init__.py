"""A simulated identity authority for the demo and the tests."""
