"""Embedded servers and the supervisor of `make demo`; imports nothing of Django."""
