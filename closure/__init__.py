"""The remote closure case."""
