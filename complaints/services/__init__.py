"""Every write of oversight."""
