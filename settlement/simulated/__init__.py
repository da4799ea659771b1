"""The simulated bank behind the payment provider adapter."""
