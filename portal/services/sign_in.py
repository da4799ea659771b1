"""Signing in, as the pages do it: code to line account, password and code to person (D-04)."""

from portal.actors import Actor
from portal.models import LineAccount, Person
from portal.services import staff, subscribers
from portal.services.codes import check_code

PURPOSE = "sign-in"


def sign_in_line(challenge_ref: str, code: str, *, by: Actor) -> LineAccount:
    """Check a code that was asked for to sign in, and give the account of its number.

    Raises what ``codes.check_code`` and ``subscribers.sign_in`` raise.
    """
    return subscribers.sign_in(check_code(challenge_ref, code, purpose=PURPOSE, by=by), by)


def sign_in_staff(username: str, password: str, totp: str, *, address: str, by: Actor) -> Person:
    """Check a member of staff; raises what ``staff.sign_in`` raises."""
    return staff.sign_in(username, password, totp, address=address)
