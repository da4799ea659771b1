"""What the regulators' systems read: evidence, obstructions, the audit chain."""
