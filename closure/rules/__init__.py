"""Pure rules of a closure: facts, terms and today in, all findings out. No clock, no query, no settings."""
