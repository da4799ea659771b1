"""Registration, documents and the real-name ladder."""
