"""Staff: enrolment, roles, and signing in with password and time-based code (D-04)."""

import secrets
from base64 import b32encode
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from portal import audit
from portal.actors import Actor
from portal.cipher import blind_index
from portal.clock import now
from portal.errors import Invalid, Refused, TooMany
from portal.models import Person, RoleGrant
from portal.roles import Role
from portal.rules.text import squeezed
from portal.rules.totp import used_step
from portal.services.budgets import Limit, spend

FAILURES = 5
LOCK = timedelta(minutes=30)
ADDRESS_AN_HOUR = 60
NOBODY = make_password(secrets.token_urlsafe(16))
"""Compared for unknown names, so that they take as long as known ones."""


def enrol(username: str, password: str, label: str, *, by: Actor) -> tuple[Person, str]:
    """Make a member of staff without any role; returns the person and the TOTP secret (base 32), shown once."""
    secret = b32encode(secrets.token_bytes(20)).decode()
    with transaction.atomic():
        person = Person(username=username, label=label, created_at=now())
        person.set_password(password)
        person.totp = secret
        person.save(force_insert=True)
        audit.record("staff.enrol", subject_ref=person.ref, by=by, chain=audit.CENTRE)
    return person, secret


def _end_sessions(person_ref: str) -> None:
    Person.objects.filter(ref=person_ref).update(session_epoch=F("session_epoch") + 1)


def grant(
    person: Person, role: Role, *, by: Actor, operator: str = "", province: str = "", store: str = ""
) -> RoleGrant:
    """Give a role in a scope and end the person's sessions.

    Raises Refused ``error.role.apart``: auditor, security officer and administrator are never one person.
    """
    try:
        with transaction.atomic():
            made = RoleGrant.objects.create(
                person=person, role=role, operator=operator, province=province, store=store, since_at=now()
            )
            _end_sessions(person.ref)
            facts = {"role": role.value, "operator": operator, "province": province, "store": store}
            audit.record("staff.grant", subject_ref=person.ref, by=by, chain=audit.CENTRE, facts=facts)
    except IntegrityError:
        raise Refused("error.role.apart", rule_id="D-05") from None
    return made


def end_grant(grant_id: int, *, by: Actor) -> None:
    """Take a role back and end the person's sessions."""
    with transaction.atomic():
        ended = RoleGrant.objects.select_related("person").get(pk=grant_id)
        RoleGrant.objects.filter(pk=grant_id, ended_at=None).update(ended_at=now())
        _end_sessions(ended.person.ref)
        facts = {"role": ended.role}
        audit.record("staff.end_grant", subject_ref=ended.person.ref, by=by, chain=audit.CENTRE, facts=facts)


def disable(person_ref: str, *, by: Actor) -> None:
    """Shut a person out, sessions included."""
    with transaction.atomic():
        Person.objects.filter(ref=person_ref, disabled_at=None).update(disabled_at=now())
        _end_sessions(person_ref)
        audit.record("staff.disable", subject_ref=person_ref, by=by, chain=audit.CENTRE)


def sign_out(person_ref: str, *, by: Actor) -> None:
    """End every session of a person."""
    with transaction.atomic():
        _end_sessions(person_ref)


# A lock that is over begins the count anew; the fifth failure sets the next one. One statement, so that a hundred
# parallel guesses are judged five times and no more.
_COUNT = """
UPDATE portal_person SET
    failures = CASE WHEN locked_until <= %(now)s THEN 1 ELSE failures + 1 END,
    locked_until = CASE WHEN locked_until <= %(now)s THEN NULL WHEN failures + 1 >= %(most)s THEN %(until)s END
WHERE username = %(username)s AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= %(now)s)
RETURNING id
"""


def _count_a_try(username: str) -> Person | None:
    """Count a failure before anything is compared; None for nobody, TooMany while locked."""
    at = now()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"now": at, "most": FAILURES, "until": at + LOCK, "username": username}
            cursor.execute(_COUNT, values)
            row = cursor.fetchone()
        if row is not None:
            return Person.objects.get(pk=row[0])
        locked = Person.objects.filter(username=username, disabled_at=None, locked_until__gt=at).first()
        if locked is not None and locked.locked_until is not None:
            wait = int((locked.locked_until - at).total_seconds()) + 1
            raise TooMany("error.sign_in.locked", retry_after=wait, rule_id="D-04")
        stranger = Limit(f"staff:{blind_index('username', username)}", FAILURES, int(LOCK.total_seconds()))
        spend([stranger], error="error.sign_in.locked")
        return None


def _step(person: Person | None, password: str, totp: str) -> int | None:
    right = check_password(password, person.password if person else NOBODY)
    if person is None or person.totp is None or not right:
        return None
    return used_step(person.totp, squeezed(totp), at=now(), after=person.totp_step)


def sign_in(username: str, password: str, totp: str, *, address: str) -> Person:
    """Check password and time-based code of a member of staff.

    Counted before it is compared; five failures lock for 30 minutes; a code counts once. Raises Invalid
    ``error.sign_in.failed``, the same for every reason, and TooMany ``error.sign_in.locked``. Call outside a
    transaction.
    """
    with transaction.atomic(durable=True):
        per_address = Limit(f"staff-address:{blind_index('address', address)}", ADDRESS_AN_HOUR, 3600)
        spend([per_address], error="error.sign_in.locked")
    name = username.strip()[:40].replace("\x00", "")
    person = _count_a_try(name)
    step = _step(person, password, totp)
    if person is None or step is None:
        raise Invalid("error.sign_in.failed", field="username", rule_id="D-04")
    with transaction.atomic(durable=True):
        once = Person.objects.filter(pk=person.pk, totp_step__lt=step, disabled_at=None)
        if once.update(totp_step=step, failures=0, locked_until=None, last_login=now()) == 0:
            raise Invalid("error.sign_in.failed", field="username", rule_id="D-04")
        person.refresh_from_db()
        by = Actor(Role.ANONYMOUS, f"person:{person.ref}", label=person.label)
        audit.record("staff.sign_in", subject_ref=person.ref, by=by, chain=audit.CENTRE, rules=["D-04"])
    return person
