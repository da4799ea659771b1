"""Cases to be worked: ordinary lines of a province, this month's use to be paid, filed by their holders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from bench.ground import Ground
from bss.provinces import Bss
from bss.simulated import LineSpec, databases, plant
from closure.models import Case
from closure.services import filing
from demo.cast.crowd import crowd
from portal import clock
from portal.actors import Actor, robot
from portal.masked import IdNumber, PersonName, Phone
from portal.models import OneTimeCode
from portal.queries.people import line_actor
from portal.services import codes, subscribers

HOME, VISITED = Bss("161", "35"), Bss("161", "32")
ROBOT = robot("bench")
Draft = tuple[Case, Actor]


@contextmanager
def provinces(ground: Ground, *also: Bss) -> Iterator[None]:
    """Databases of the provinces, empty and honest; their pools are closed at the end."""
    settings.BSS_DATABASE_PREFIX = ground.servers.mark
    for bss in (HOME, VISITED, *also):
        databases.clone(bss)
    try:
        yield
    finally:
        databases.close_pools()


def filed(first: int, size: int, home: Bss = HOME) -> list[str]:
    """File cases for so many lines of a province; gives their refs."""
    return file_all(drafts(first, size, home))


def file_all(written: list[Draft]) -> list[str]:
    """File these drafts, one after the other; gives the refs of the cases."""
    return [filing.file(draft, by=by).ref for draft, by in written]


def drafts(first: int, size: int, home: Bss = HOME) -> list[Draft]:
    """Complete drafts for so many lines of a province, and their persons."""
    today = clock.today()
    return [_draft(spec, home) for spec in crowd(home, today, size=first + size)[first:]]


def _draft(spec: LineSpec, home: Bss) -> Draft:
    plant(home, spec)
    number = Phone(spec.number)
    account = subscribers.sign_in(number, ROBOT)
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, PersonName(spec.holder_name), IdNumber(spec.holder_id), by=by)
    filing.set_place(draft, VISITED.province, by=by)
    contact = Phone(f"16132{7 if home == HOME else 8}{spec.number[-5:]}")
    filing.ask_contact_code(draft, contact, address="", by=by)
    filing.check_contact_code(draft, codes.derive(OneTimeCode.objects.get(ref=draft.contact_challenge)), by=by)
    return draft, by
