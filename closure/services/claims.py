"""Claims: money due after the closing, paid on a page of its own and booked by its own transfers (C-03, C-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction

from bss.gateway import Bss
from bss.models import Command
from bss.services import commands
from bss.states import DONE, EXPIRED, REFUSED
from closure import states
from closure.models import Case, Claim, Dispute
from closure.models.dispute import ENDED, OPEN, PAID, PAYING, SETTLED, VOID
from closure.parameters import COMMAND_MINUTES, PAYMENT_MINUTES
from closure.queries import term
from closure.rules.balance import papers_number
from closure.rules.dispute import ROAMING
from closure.services import invoice
from closure.services.paying_out import provinces_of
from closure.services.timing import soon
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import LEASE_S, begin, move, release_lease, take_lease
from portal.nudges import nudge
from portal.refs import new_ref
from portal.services import notices
from portal.sweeping import work_due
from settlement.models import Payment
from settlement.services import collection, ledger, payments

PURPOSES = {"bill": "bills", "excess": "bills", "late_fee": "late_fee", "unbilled": "unbilled", "penalty": "penalty"}


def of_dispute(dispute: Dispute, *, by: Actor) -> Claim:
    """The claim of an accepted dispute, its late fee with it; in the caller's transaction."""
    parts = {PURPOSES[dispute.kind]: dispute.fen}
    if dispute.late_fee_fen:
        parts["late_fee"] = dispute.late_fee_fen
    bills = [{"month": dispute.item, "fen": dispute.fen}] if dispute.kind in ("bill", "excess") else []
    return make(dispute.case, dispute.kind, dispute.label, dispute.figures, parts, bills=bills, dispute=dispute, by=by)


def make(
    case: Case,
    kind: str,
    label: str,
    figures: Mapping[str, Any],
    parts: Mapping[str, int],
    *,
    bills: Sequence[Mapping[str, Any]] = (),
    dispute: Dispute | None = None,
    by: Actor,
) -> Claim:
    """A claim of whole fen by purpose; in the caller's transaction. It holds nothing up."""
    claim = Claim.objects.create(
        ref=new_ref(),
        state=OPEN,
        owner="subscriber",
        case=case,
        dispute=dispute,
        kind=kind,
        label=label,
        figures=dict(figures),
        fen=sum(parts.values()),
        parts=dict(parts),
        bills=list(bills),
        opened_at=clock.now(),
    )
    ledger.put_under(papers_number(case.case_no), claim.ref)
    begin(claim, by=by, reason=kind, rules=("C-03", "C-06"))
    facts = {"case_no": case.case_no, "fen": claim.fen}
    notices.tell(case.contact, "notice.closure.claim", facts, case_ref=case.ref, by=by, lang=case.language)
    _record(claim, "opened", by=by)
    return claim


def pay(claim: Claim, method: str, *, by: Actor) -> Payment:
    """OPEN → PAYING with the payment's intent. Raises Conflict when it is being paid, was paid or was given up, and for
    a penalty whose contract goes on because the number is not closed yet (C-03, C-12).
    """
    if not may_be_paid(claim):
        raise Conflict("error.conflict", rule_id="C-12")
    case = claim.case
    with transaction.atomic(durable=True):
        payment = payments.intend(
            claim.ref,
            claim.fen,
            method,
            operator=case.operator,
            province=case.visiting_province,
            not_after=soon(term(case, PAYMENT_MINUTES) * 60),
            nudge="closure.claim",
            by=by,
        )
        move(claim, PAYING, by=by, reason="pay", rules=("S-01",), due_at=clock.now(), payment_ref=payment.ref)
        nudge("closure.claim", claim.ref)
    return payment


def give_up(claim: Claim, *, by: Actor) -> None:
    """The operator gives the claim up. Raises Conflict once it is being paid."""
    with transaction.atomic(durable=True):
        move(claim, VOID, by=by, reason="given up", rules=("C-03",), due_at=None, owner="")
        _record(claim, "void", by=by)


def are_under_way(case: Case) -> bool:
    """Whether a claim is being paid or booked: until then home's figures may still change (C-12)."""
    return case.claims.filter(state__in=(PAYING, PAID)).exists()


def events_of(case: Case) -> list[dict[str, Any]]:
    """The claims the person paid while the case was open, as what explains home's figures (C-12): the bills they paid,
    whole fen.
    """
    paid = case.claims.filter(state=SETTLED).order_by("pk")
    rows = [(claim.paid_at or claim.opened_at, sum(bill["fen"] for bill in claim.bills)) for claim in paid]
    return [{"kind": "claim", "at": at.isoformat(), "fen": fen, "bucket": "", "name": ""} for at, fen in rows if fen]


def may_be_paid(claim: Claim) -> bool:
    """Whether a claim may be paid now: a penalty is due once its contract has ended, with the closing (C-12)."""
    due = "penalty" not in claim.parts or claim.case.state == states.CLOSED
    return claim.state == OPEN and due


def may_be_contested(claim: Claim) -> bool:
    """Whether a claim was never shown to be owed: a charge that came later, not disputed or no longer (C-06)."""
    ended = claim.dispute is None or claim.dispute.state == ENDED
    return claim.kind == ROAMING and claim.state == OPEN and ended


def stands(dispute: Dispute, *, by: Actor) -> None:
    """The claim that was disputed is to be paid after all; in the caller's transaction."""
    claim = Claim.objects.select_related("case").get(dispute=dispute)
    move(claim, OPEN, by=by, reason="no longer disputed", rules=("C-03", "C-06"), due_at=None)
    case = claim.case
    facts = {"case_no": case.case_no, "fen": claim.fen}
    notices.tell(case.contact, "notice.closure.claim", facts, case_ref=case.ref, by=by, lang=case.language)
    _record(claim, "stands", by=by)


def give_way(dispute: Dispute, *, by: Actor) -> None:
    """The claim that was disputed is not shown to be owed: it is void; in the caller's transaction."""
    claim = Claim.objects.select_related("case").get(dispute=dispute)
    move(claim, VOID, by=by, reason="not proved", rules=("C-03", "C-06"), due_at=None, owner="")
    _record(claim, "void", by=by)


def void_all(case: Case, *, by: Actor) -> None:
    """A case that ends without closing leaves its lines with the home province as they were: what was claimed beside
    them and is not being paid would be paid twice (C-12). In the caller's transaction.
    """
    for claim in case.claims.filter(state=OPEN):
        move(claim, VOID, by=by, reason="case ended", rules=("C-12",), due_at=None, owner="")
        _record(claim, "void", by=by)


def advance(ref: str, *, by: Actor) -> None:
    """Do what is due for one claim, under its lease; a held lease means another is at it."""
    pk = Claim.objects.filter(ref=ref).values_list("pk", flat=True).first()
    fence = take_lease(Claim, pk, lease_s=LEASE_S) if pk is not None else None
    if pk is not None and fence is not None:
        _work(pk, fence, by=by)


def sweep(*, limit: int, by: Actor) -> int:
    """Claim and work what is due; returns how many."""
    return work_due(Claim, partial(_work, by=by), limit=limit)


def _work(pk: int, fence: int, *, by: Actor) -> None:
    try:
        claim = Claim.objects.select_related("case").get(pk=pk)
        if claim.state == PAYING:
            _settle(claim, fence, by=by)
        if claim.state == PAID:
            _book(claim, fence, by=by)
    except Conflict:
        return  # another worker was faster; the row tells
    finally:
        release_lease(Claim, pk, fence)


def _later(pk: int, seconds: float) -> None:
    with transaction.atomic(durable=True):
        Claim.objects.filter(pk=pk, due_at__isnull=False).update(due_at=soon(seconds))


def _settle(claim: Claim, fence: int, *, by: Actor) -> None:
    """The payment to its end: paid → PAID and posted, surely not paid → OPEN, unknown → enquire later."""
    payment = payments.run(claim.payment_ref, by=by)
    if payment.state == "PAID":
        home, visited = provinces_of(claim.case)
        with transaction.atomic(durable=True):
            move(claim, PAID, by=by, reason="paid", rules=("S-01",), fence=fence, due_at=clock.now(),
                 paid_at=clock.now(), owner="robot:closer")  # fmt: skip
            collection.collect(
                home,
                visited,
                case_ref=claim.ref,
                payment_ref=payment.ref,
                fen=claim.fen,
                split=claim.parts,
                method=payment.method,
                by=by,
            )
            _record(claim, "paid", by=by)
    elif payment.ended_at is not None:
        with transaction.atomic(durable=True):
            case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.case_id)
            reason = payment.state.lower()
            move(claim, OPEN, by=by, reason=reason, rules=("S-01",), fence=fence, due_at=None, payment_ref="")
            if case.state in (states.WITHDRAWN, states.LAPSED):
                void_all(case, by=by)
    else:
        _later(claim.pk, 5)


def _book(claim: Claim, fence: int, *, by: Actor) -> None:
    """The home province books what the agent collected; a refusal is its work order, and the person has paid."""
    command = commands.run(_command(claim, by=by).ref, by=by)
    if command.state == DONE:
        with transaction.atomic(durable=True):
            move(claim, SETTLED, by=by, reason="booked", rules=("S-02",), fence=fence, due_at=None, owner="")
            invoice.issue(claim.case, of=claim.ref, by=by)
        return
    if command.state == REFUSED:
        with transaction.atomic(durable=True):
            _order_booking(claim, command, by=by)
    _later(claim.pk, 3600 if command.state == REFUSED else 5)


def _order_booking(claim: Claim, command: Command, *, by: Actor) -> None:
    case = claim.case
    work_orders.open_order(
        "claim",
        key=f"claim:{claim.ref}",
        case_ref=case.ref,
        operator=case.operator,
        province=case.province,
        facts={"claim": claim.ref, "code": command.code},
        due_at=clock.now() + timedelta(days=1),
        by=by,
    )


def _command(claim: Claim, *, by: Actor) -> Command:
    """The command in force; one that surely never happened, or was refused an hour ago, is replaced."""
    latest = Command.objects.filter(ref=claim.command_ref).first()
    if latest is not None and latest.state not in (EXPIRED, REFUSED):
        return latest
    case = claim.case
    with transaction.atomic(durable=True):
        locked = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
        if locked.command_ref != claim.command_ref:
            return Command.objects.get(ref=locked.command_ref)
        command = commands.intend(
            Bss(case.operator, case.province),
            "settle_claim",
            payload_of(claim, case.number.plain),
            case_ref=claim.ref,
            by=by,
            not_after=clock.now() + timedelta(minutes=term(case, COMMAND_MINUTES)),
        )
        Claim.objects.filter(pk=claim.pk).update(command_ref=command.ref)
    return command


def payload_of(claim: Claim, number: str) -> dict[str, Any]:
    """What home books for a paid claim: whole fen by purpose, and the bills it pays."""
    parts = {f"{part}_fen": claim.parts.get(part, 0) for part in ("unbilled", "late_fee", "penalty")}
    return {"number": number, "paid_fen": claim.fen, "applied_fen": 0, "bills": claim.bills, "disputed": [], **parts}


def _record(claim: Claim, what: str, *, by: Actor) -> None:
    facts = {"claim": claim.ref, "kind": claim.kind, "fen": claim.fen}
    case = claim.case
    audit.record(f"claim.{what}", subject_ref=case.ref, by=by, chain=case.province, rules=("C-03",), facts=facts)
