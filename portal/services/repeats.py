"""A call sent twice has one effect and one answer (CONVENTIONS 8), also where its verb makes calls of its own.

The key is committed as RUNNING before the verb begins and with the answer when it ended. A call that died in between
leaves a key whose time runs out; the next one takes it over, and the verb, idempotent by its own state, finds what the
first one did. Answers are kept sealed, for as long as keys are kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from portal.actors import Actor
from portal.cipher import Unsealable, blind_index, seal, unseal
from portal.clock import now
from portal.errors import Conflict, Invalid
from portal.models import IdempotencyKey

PATIENCE = timedelta(seconds=60)
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Kept:
    """An answer as it was given the first time."""

    http: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Run:
    """A call under way under a key, or the answer of the one before it."""

    key: str
    until: datetime
    kept: Kept | None = None


def begin(key: str, *, by: Actor, address: str, route: str, body: str) -> Run:
    """Take a key for a call, bound to actor, role, place, route and body; a client without a name is known by its
    address. Somebody who has come to act in another role or place is not told what they did in the first.

    Raises Invalid ``error.repeat.other`` for a key used with other content or one that is none, and Conflict
    ``error.repeat.running`` while the first call is under way. Outside transactions.
    """
    if not KEY.fullmatch(key):
        raise Invalid("error.repeat.key", field="Idempotency-Key")
    who = by.ref if by.signed_in else f"{by.ref} {address}"
    own = hashlib.sha256(f"{who}\x1f{key}".encode()).hexdigest()
    whole = json.dumps([by.place, body], ensure_ascii=False)
    bound = {"actor_ref": by.ref, "route": route, "body_hash": blind_index("repeat", whole)}
    until = now() + PATIENCE
    with transaction.atomic(durable=True):
        fresh = {**bound, "created_at": now(), "running_until": until}
        row, first = IdempotencyKey.objects.get_or_create(key=own, defaults=fresh)
    if first:
        return Run(own, until)
    if (row.actor_ref, row.route, row.body_hash) != tuple(bound.values()):
        raise Invalid("error.repeat.other", field="Idempotency-Key")
    if row.running_until is None:
        return Run(own, until, _opened(row))
    return _take_over(row, until)


def _take_over(row: IdempotencyKey, until: datetime) -> Run:
    """The first call has had its time: whoever is quickest goes on in its place."""
    with transaction.atomic(durable=True):
        dead = IdempotencyKey.objects.filter(key=row.key, running_until=row.running_until, running_until__lte=now())
        if not dead.update(running_until=until):
            raise Conflict("error.repeat.running")
    return Run(row.key, until)


def keep(run: Run, answer: Kept) -> None:
    """Store the answer; a call that was taken over stores nothing."""
    text = json.dumps([answer.http, answer.headers, answer.body], ensure_ascii=False)
    with transaction.atomic(durable=True):
        IdempotencyKey.objects.filter(key=run.key, running_until=run.until).update(
            running_until=None, http=answer.http, answer_box=seal(text, _aad(run.key))
        )


def drop(run: Run) -> None:
    """Nothing was done: the key is free again."""
    with transaction.atomic(durable=True):
        IdempotencyKey.objects.filter(key=run.key, running_until=run.until).delete()


def _opened(row: IdempotencyKey) -> Kept:
    try:
        http, headers, body = json.loads(unseal(bytes(row.answer_box or b""), _aad(row.key)))
    except Unsealable:  # the key it was sealed under is gone: what was done stands, its answer is lost
        raise Invalid("error.repeat.other", field="Idempotency-Key") from None
    return Kept(http, headers, body)


def _aad(key: str) -> str:
    return f"portal_idempotencykey.answer_box:{key}"
