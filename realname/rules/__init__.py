"""What a document and its picture must be; pure."""
