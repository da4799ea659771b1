"""The ledger, collection, refunds and payments."""
