"""The operator's side of the API: its orders, its disputes, its contacts, under its own operator and province."""
