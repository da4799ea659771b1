"""Reads of one-time codes."""

from portal.masked import Phone
from portal.models import OneTimeCode


def number_of(challenge_ref: str) -> Phone | None:
    """The number a challenge was sent to, to send it another; None for a challenge that does not exist."""
    challenge = OneTimeCode.objects.filter(ref=challenge_ref).first()
    if challenge is None:
        return None
    number: Phone = challenge.number
    return number
