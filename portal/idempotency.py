"""A form sent twice has one effect (CONVENTIONS 8): the client's key is written with the effect it names."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from portal.actors import Actor
from portal.clock import now
from portal.errors import Conflict, Invalid
from portal.models import IdempotencyKey
from portal.refs import new_ref

LONGEST_KEY = 64


@dataclass(slots=True)
class Once:
    """The first time ``result_ref`` is empty and ``keep`` stores it; a repeat finds it filled."""

    row: IdempotencyKey
    first: bool

    @property
    def result_ref(self) -> str:
        """What the first time made; "" when this is the first time."""
        return "" if self.first else self.row.result_ref

    def keep(self, result_ref: str) -> None:
        """Store what was made, in the same transaction."""
        IdempotencyKey.objects.filter(pk=self.row.pk).update(result_ref=result_ref)
        self.row.result_ref = result_ref


def new_key() -> str:
    """A key for the hidden field of a form."""
    return new_ref()


def body_hash(body: Mapping[str, str]) -> str:
    """The hash of a form's fields, whatever their order."""
    text = "\x1f".join(f"{name}\x1e{body[name]}" for name in sorted(body))
    return hashlib.sha256(text.encode()).hexdigest()


def _try_lock(key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('once ' || %s, 0))", [key])
        row = cursor.fetchone()
    return bool(row and row[0])


@contextmanager
def once(key: str, *, by: Actor, route: str, body: Mapping[str, str]) -> Iterator[Once]:
    """Use a key inside the verb's transaction, bound to actor, role, place, route and body.

    First time: proceeds. Repeated with all of these the same: gives the stored result. Anything else, and a
    repeat while the first is still under way: Conflict ``error.repeat.other | error.repeat.running``. A key that is
    empty or too long is Invalid ``error.repeat.other``.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a key is used in the transaction of its effect")
    if not 8 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid("error.repeat.other")
    if not _try_lock(key):
        raise Conflict("error.repeat.running")
    bound = {"actor_ref": by.ref, "route": route, "body_hash": body_hash({**body, "": "\x1d".join(by.place)})}
    row, first = IdempotencyKey.objects.get_or_create(key=key, defaults={**bound, "created_at": now()})
    if (row.actor_ref, row.route, row.body_hash) != tuple(bound.values()):
        raise Conflict("error.repeat.other")
    yield Once(row, first)
