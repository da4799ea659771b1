"""Names of things: random ids for addresses, numbers people can say over the phone (DESIGN "Numbers people meet")."""

import base64
import re
import secrets
from collections.abc import Callable
from datetime import date

from stdnum.iso7064 import mod_11_10

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REF_LENGTH = 26
_TO_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def new_ref() -> str:
    """26 characters of Crockford's base 32 in lower case: 130 random bits."""
    return base64.b32encode(secrets.token_bytes(17))[:REF_LENGTH].translate(_TO_CROCKFORD).decode()


def _digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}d}"


def _checked(digits: str) -> str:
    return digits + str(mod_11_10.calc_check_digit(digits))


def unused(draw: Callable[[], str], taken: Callable[[str], bool]) -> str:
    """The first number drawn that is not `taken`: of 7 digits a day, two in 4,000 are the same more often than not."""
    number = draw()
    while taken(number):
        number = draw()
    return number


def case_number(prefix: str, on: date) -> str:
    """``XH261124-03875124``: service letters, yymmdd, 7 random digits and a check digit (ISO 7064, MOD 11,10).

    The check digit covers date and digits, so that one wrong or swapped digit on the phone is noticed.
    """
    day, number = f"{on:%y%m%d}", _digits(7)
    return f"{prefix}{day}-{_checked(day + number)[6:]}"


def is_case_number(text: str) -> bool:
    """Whether the form and the check digit are right; says nothing about whether the case exists."""
    match = re.fullmatch(r"[A-Z]{2}([0-9]{6})-([0-9]{8})", text)
    return match is not None and bool(mod_11_10.is_valid(match[1] + match[2]))


def certificate_number() -> str:
    """12 digits, the last of them a check digit; they open a certificate only with the phone's last four."""
    return _checked(_digits(11))


def check_code() -> str:
    """The 8 digits a notice carries (N-09)."""
    return _digits(8)
