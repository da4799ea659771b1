"""The pages of money: the books for finance and for who oversees them, and the payment provider's callback."""
