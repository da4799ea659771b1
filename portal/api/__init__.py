"""The API's ground floor: how an operation is declared, entered, read, answered and described."""
