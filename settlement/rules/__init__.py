"""Pure functions of money: figures in, figures out."""
