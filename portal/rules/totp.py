"""Time-based codes for staff (D-04), by django-otp's implementation of RFC 6238."""

from base64 import b32decode
from datetime import datetime

from django_otp.oath import TOTP

STEP_S = 30
TOLERANCE = 1


def _totp(secret: str, at: datetime) -> TOTP:
    totp = TOTP(b32decode(secret), step=STEP_S)
    totp.time = at.timestamp()
    return totp


def used_step(secret: str, typed: str, *, at: datetime, after: int) -> int | None:
    """The time step a typed code belongs to, or None; a step at or before ``after`` was used already."""
    totp = _totp(secret, at)
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    if not totp.verify(int(typed), tolerance=TOLERANCE, min_t=after + 1):
        return None
    return int(totp.t())


def code_at(secret: str, at: datetime) -> str:
    """The six digits a person's device shows at an instant (enrolment, demo and tests)."""
    return f"{_totp(secret, at).token():06d}"
