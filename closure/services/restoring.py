"""Paying into a line by its number: collected as agent, posted at home, service restored (C-08 second way, C-15)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction

from bss.gateway import Bss
from bss.models import Command
from bss.services import books, commands
from bss.states import DONE, NOT_DONE, REFUSED
from closure.models import Restoring
from closure.models.restoring import ASKED, FAILED, PAID, RESTORED, RETURNED
from closure.parameters import COMMAND_MINUTES, PAYMENT_MINUTES
from closure.services import returning
from closure.services.returning import provinces_of
from closure.services.timing import soon
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import Phone
from portal.moving import LEASE_S, begin, move, release_lease, take_lease
from portal.nudges import nudge
from portal.parameters import value_of
from portal.refs import new_ref
from portal.register import home_of
from portal.sealing import blind_index
from portal.services.budgets import Limit, spend
from portal.services.register import number_index
from portal.sweeping import work_due
from settlement.services import collection, payments

NOT_PAID = ("REFUSED", "EXPIRED")


def ask(number: Phone, fen: int, visiting_province: str, *, address: str = "", by: Actor) -> Restoring:
    """Begin a payment into a line. Nothing about the line is looked up: the page is the same for every number.

    Raises Invalid for a number of no operator, TooMany beyond ten in an hour from one address or for one number.
    """
    home = home_of(number)
    if home is None:
        raise Invalid("error.phone.unknown", field="number", rule_id="G-02")
    now = clock.now()
    with transaction.atomic(durable=True):
        spend(_limits(number, address), field="number")
        row = Restoring(ref=new_ref(), state=ASKED, owner=by.ref, fen=fen, created_at=now, due_at=now)
        row.number, row.operator, row.province = number, home.operator, home.province
        row.visiting_province = visiting_province
        minutes = value_of(PAYMENT_MINUTES, operator=home.operator, province=home.province, on=now.date())
        payment = payments.intend(
            row.ref,
            fen,
            "card",
            operator=home.operator,
            province=visiting_province,
            not_after=soon(minutes * 60),
            nudge="closure.restore",
            by=by,
        )
        row.payment_ref = payment.ref
        row.save(force_insert=True)
        begin(row, by=by, reason="asked", rules=("C-08", "C-15"))
        nudge("closure.restore", row.ref)
    return row


def _limits(number: Phone, address: str) -> list[Limit]:
    limits = [Limit(f"restore:number:{number_index(number)}", 10, 3600)]
    return [*limits, Limit(f"restore:address:{blind_index('address', address)}", 10, 3600)] if address else limits


def advance(ref: str, *, by: Actor) -> None:
    """Do what is due for one payment, under its lease."""
    pk = Restoring.objects.filter(ref=ref).values_list("pk", flat=True).first()
    fence = take_lease(Restoring, pk, lease_s=LEASE_S) if pk is not None else None
    if pk is not None and fence is not None:
        _work(pk, fence, by=by)


def sweep(*, limit: int, by: Actor) -> int:
    """Claim and work what is due; returns how many."""
    return work_due(Restoring, partial(_work, by=by), limit=limit)


def _work(pk: int, fence: int, *, by: Actor) -> None:
    try:
        row = Restoring.objects.get(pk=pk)
        if row.state == ASKED:
            _settle(row, fence, by=by)
        if row.state == PAID:
            _post(row, fence, by=by)
        elif row.state == RETURNED:
            _later(row, fence, None if returning.give_back(row, by=by) else 5)
    except Conflict:
        return  # another worker was faster; the row tells
    finally:
        release_lease(Restoring, pk, fence)


def _later(row: Restoring, fence: int, seconds: float | None) -> None:
    with transaction.atomic():
        due_at = soon(seconds) if seconds is not None else None
        Restoring.objects.filter(pk=row.pk, lease_token=fence).update(due_at=due_at)


def _settle(row: Restoring, fence: int, *, by: Actor) -> None:
    payment = payments.run(row.payment_ref, by=by)
    if payment.state == "PAID":
        with transaction.atomic(durable=True):
            move(row, PAID, by=by, reason="paid", rules=("S-01",), fence=fence, due_at=clock.now())
            home, visited = provinces_of(row)
            split = {"applied": row.fen}
            collection.collect(
                home,
                visited,
                case_ref=row.ref,
                payment_ref=payment.ref,
                fen=row.fen,
                split=split,
                method=payment.method,
                by=by,
            )
            audit.record("restoring.paid", subject_ref=row.ref, by=by, chain=row.province, rules=("C-15", "S-01"))
    elif payment.state in NOT_PAID:
        with transaction.atomic(durable=True):
            move(row, FAILED, by=by, reason=payment.state.lower(), rules=("C-15",), fence=fence, due_at=None)
    else:
        _later(row, fence, 5)


def _post(row: Restoring, fence: int, *, by: Actor) -> None:
    command = commands.run(_command(row, by=by).ref, by=by)
    home, _ = provinces_of(row)
    if command.state == DONE and not books.compare(home, row.number.plain, case_ref=row.ref, by=by).true:
        _later(row, fence, 20)
    elif command.state == DONE:
        with transaction.atomic(durable=True):
            move(row, RESTORED, by=by, reason="restored", rules=("C-15",), fence=fence, due_at=None)
            audit.record("restoring.done", subject_ref=row.ref, by=by, chain=row.province, rules=("C-15",))
    elif command.state == REFUSED:
        with transaction.atomic(durable=True):
            move(row, RETURNED, by=by, reason=command.code, rules=("C-15",), fence=fence, due_at=clock.now())
    else:
        _later(row, fence, 5)


def _command(row: Restoring, *, by: Actor) -> Command:
    """The command in force; one that surely never happened is replaced."""
    latest = Command.objects.filter(ref=row.command_ref).first()
    if latest is not None and latest.state not in NOT_DONE:
        return latest
    minutes = value_of(COMMAND_MINUTES, operator=row.operator, province=row.province, on=clock.today())
    with transaction.atomic(durable=True):
        locked = Restoring.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        if locked.command_ref != row.command_ref:
            return Command.objects.get(ref=locked.command_ref)
        command = commands.intend(
            Bss(row.operator, row.province),
            "pay_in",
            {"number": row.number.plain, "fen": row.fen} | ({"replaces": latest.ref} if latest else {}),
            case_ref=row.ref,
            by=by,
            not_after=clock.now() + timedelta(minutes=minutes),
        )
        Restoring.objects.filter(pk=row.pk).update(command_ref=command.ref, tries=row.tries + 1)
    return command
