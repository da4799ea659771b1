"""Mobile numbers as people type them (RELIABILITY §5)."""

from portal.errors import Invalid
from portal.masked import Phone
from portal.rules.text import DASHES, is_digits, squeezed

LENGTH = 11


def parse_phone(text: str, *, field: str = "phone") -> Phone:
    """Read a mainland mobile number: +86, 0086 or 86 before it, spaces, hyphens and full-width digits are taken away.

    Raises Invalid ``error.phone.empty | digits | landline | short | long | mobile``; whether the number exists is for
    the register to say (G-02).
    """
    digits = squeezed(text).translate(DASHES)
    if digits == "":
        raise Invalid("error.phone.empty", field=field)
    digits = digits.removeprefix("+86").removeprefix("0086")
    if len(digits) == LENGTH + 2:
        digits = digits.removeprefix("86")
    if not is_digits(digits):
        raise Invalid("error.phone.digits", field=field)
    if digits.startswith("0"):
        raise Invalid("error.phone.landline", field=field)
    if len(digits) != LENGTH:
        raise Invalid(f"error.phone.{'short' if len(digits) < LENGTH else 'long'}", field=field, n=len(digits))
    if digits[0] != "1":
        raise Invalid("error.phone.mobile", field=field)
    return Phone(digits)
