"""Posting to the ledger: one SQL statement a transfer, or for many of them, its laws in PostgreSQL (S-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from portal import clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.refs import new_ref
from settlement.ledger import KINDS, AccountKey, Leg
from settlement.models import Transfer, Voucher

_POST = (
    "SELECT transfer_id, transfer_ref, is_new FROM settlement_post("
    "%s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])"
)
_POST_ALL = (
    "SELECT transfer_id, transfer_ref FROM settlement_post_all(%s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s, %s, %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])"
)


@dataclass(frozen=True)
class Posting:
    """One transfer to be written together with others."""

    purpose: str
    legs: Sequence[Leg]
    key: str
    case_ref: str = ""
    command_ref: str = ""


def post(purpose: str, legs: Sequence[Leg], *, key: str, case_ref: str, command_ref: str = "", by: Actor) -> Transfer:
    """Write one balanced transfer in the caller's transaction; missing accounts are made by the same statement.

    The same key again returns the first transfer and writes nothing; the same key with other legs raises Conflict.
    Raises ValueError for legs that cannot balance (fewer than two, a zero, a sum that is not zero) before the database
    would refuse them at commit.
    """
    _check(legs)
    return _write(purpose, legs, key=key, case_ref=case_ref, command_ref=command_ref, reverses=None, by=by)


def post_all(postings: Sequence[Posting], *, by: Actor) -> list[Transfer]:
    """Write balanced transfers by one statement in the caller's transaction, each under its own key; in their order.

    Keys used before bring their first transfers back, as with `post`. Raises ValueError where one cannot balance, and
    Conflict where a key was used for other legs: then none is written.
    """
    for one in postings:
        _check(one.legs)
    legs = [(place, leg) for place, one in enumerate(postings, start=1) for leg in one.legs]
    at, refs = clock.now(), [new_ref() for _ in postings]
    columns = [
        refs,
        [one.key for one in postings],
        [one.purpose for one in postings],
        [one.case_ref for one in postings],
        [one.command_ref for one in postings],
        at,
        by.ref,
        [place for place, _ in legs],
        *_columns([leg for _, leg in legs]),
    ]
    return [
        Transfer(
            pk=pk,
            ref=ref,
            key=one.key,
            purpose=one.purpose,
            case_ref=one.case_ref,
            command_ref=one.command_ref,
            at=at,
            by_ref=by.ref,
        )
        for one, (pk, ref) in zip(postings, _written(_POST_ALL, columns), strict=True)
    ]


def reverse(transfer: Transfer, *, key: str, by: Actor) -> Transfer:
    """Undo a transfer by its exact opposite, which points back to it (冲正), in the caller's transaction.

    Raises Conflict when it was reversed already under another key.
    """
    legs = [
        Leg(AccountKey(e.account.operator, e.account.province, e.account.kind, e.account.counterpart), -e.fen)
        for e in transfer.entries.select_related("account")
    ]
    return _write(
        "reverse",
        legs,
        key=key,
        case_ref=transfer.case_ref,
        command_ref=transfer.command_ref,
        reverses=transfer.pk,
        by=by,
    )


def put_under(number: str, case_ref: str) -> None:
    """Put what is posted for `case_ref` under the number its papers bear, in the caller's transaction (C-18).

    Again changes nothing; raises Conflict when the ref stands under another number.
    """
    row, _ = Voucher.objects.get_or_create(case_ref=case_ref, defaults={"number": number, "at": clock.now()})
    if row.number != number:
        raise Conflict("error.conflict", rule_id="C-18")


def _check(legs: Sequence[Leg]) -> None:
    if len(legs) < 2 or any(leg.fen == 0 for leg in legs) or sum(leg.fen for leg in legs) != 0:
        raise ValueError("a transfer needs at least two legs, none zero, that sum to zero")
    if unknown := {leg.account.kind for leg in legs} - KINDS:
        raise ValueError(f"no such account: {sorted(unknown)}")


def _write(
    purpose: str,
    legs: Sequence[Leg],
    *,
    key: str,
    case_ref: str,
    command_ref: str,
    reverses: int | None,
    by: Actor,
) -> Transfer:
    at = clock.now()
    values: list[Any] = [new_ref(), key, purpose, case_ref, command_ref, at, by.ref, reverses, *_columns(legs)]
    (row,) = _written(_POST, values)
    return Transfer(
        pk=row[0],
        ref=row[1],
        key=key,
        purpose=purpose,
        case_ref=case_ref,
        command_ref=command_ref,
        at=at,
        by_ref=by.ref,
        reverses_id=reverses,
    )


def _columns(legs: Sequence[Leg]) -> list[list[Any]]:
    return [
        [leg.account.operator for leg in legs],
        [leg.account.province for leg in legs],
        [leg.account.kind for leg in legs],
        [leg.account.counterpart for leg in legs],
        [leg.fen for leg in legs],
    ]


def _written(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a posting belongs to the transaction that made it necessary")
    with connection.cursor() as cursor:
        try:
            cursor.execute(query, values)
        except IntegrityError as error:
            raise Conflict("error.conflict", rule_id="S-02") from error
        return list(cursor.fetchall())
