"""What tests of the books share: postings between companies on given days, finance people, statements."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bss.provinces import Bss
from portal import clock
from portal.actors import Actor, robot
from portal.clock import SHANGHAI
from portal.roles import Role
from settlement.ledger import BILLS, PROVIDER, AccountKey, Leg
from settlement.models import Statement, Transfer
from settlement.services.collection import owes
from settlement.services.freezing import freeze
from settlement.services.ledger import post, reverse

FUJIAN, JIANGSU, BEIJING = Bss("161", "35"), Bss("161", "32"), Bss("161", "11")
ROBOT = robot("bookkeeper")
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def person(name: str = "qian", operator: str = "161", role: Role = Role.FINANCE, province: str = "32") -> Actor:
    """A member of finance who signed in."""
    return Actor(role, f"person:{name}", operator=operator, province=province, label=name, present=True)


def noon(day: date) -> datetime:
    """The middle of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def collected(debtor: Bss, creditor: Bss, fen: int, on: date, *, key: str = "") -> Transfer:
    """`debtor` collected some fen on a day for `creditor`, and owes them to it."""
    with clock.frozen(noon(on)):
        return collected_now(debtor, creditor, fen, key=key or f"k{Transfer.objects.count()}")


def collected_now(debtor: Bss, creditor: Bss, fen: int, *, key: str) -> Transfer:
    """The same by the clock as it stands, which threads share."""
    legs = [
        Leg(AccountKey(debtor.operator, debtor.province, PROVIDER), fen),
        *owes(debtor, creditor, fen),
        Leg(AccountKey(creditor.operator, creditor.province, BILLS), -fen),
    ]
    with transaction.atomic(durable=True):
        return post("collect", legs, key=key, case_ref="c" * 26, by=ROBOT)


def undone(transfer: Transfer, on: date) -> Transfer:
    """A transfer reversed on a day."""
    with clock.frozen(noon(on)), transaction.atomic(durable=True):
        return reverse(transfer, key=f"undo {transfer.ref}", by=ROBOT)


def frozen(month: date, operator: str = "161") -> Statement:
    """The statement of a month, frozen on the first of the next."""
    following = (month.replace(day=28) + (date(2026, 1, 8) - date(2026, 1, 1))).replace(day=1)
    with clock.frozen(noon(following)):
        return freeze(operator, month, by=ROBOT)
