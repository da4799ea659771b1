"""The demo world; never installed in production."""
