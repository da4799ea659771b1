"""Settings: what every deployment shares, and what demo, tests and production add."""
