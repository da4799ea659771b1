"""The dates of October's bill."""

from datetime import date

OCTOBER = (date(2026, 11, 1), date(2026, 11, 15))
