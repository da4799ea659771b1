"""Enrolling the demo's staff."""

from __future__ import annotations

from django.db import transaction

from demo.cast.staff import STAFF, StaffMember
from demo.queries import person_of
from portal.actors import Actor
from portal.services import staff


def enrol_all(*, by: Actor) -> None:
    """Every member of the demo's staff with role and scope; who is there already stays as they are."""
    for member in STAFF:
        if person_of(member.username) is None:
            _enrol(member, by=by)


def _enrol(member: StaffMember, *, by: Actor) -> None:
    with transaction.atomic(durable=True):
        person, _secret = staff.enrol(member.username, member.password, member.label, by=by)
        staff.grant(person, member.role, by=by, operator=member.operator, province=member.province, store=member.store)
