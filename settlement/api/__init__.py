"""The books through the API."""
