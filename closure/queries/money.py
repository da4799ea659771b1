"""Reads of a case's money: the quote in force, what was settled, what is on its way."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from bss.models import Command
from bss.states import DONE
from closure import states
from closure.models import Case, CaseOrder, Quote, RoamingTail
from closure.models import dispute as disputed
from closure.models.roaming import AGREED, OVER, SETTLING
from closure.parameters import REFUND_DAYS, ROAMING_KEEP_FEN
from closure.queries.cases import term
from closure.rules.balance import balance_of, payload_of
from closure.rules.dispute import SetAside
from closure.rules.roaming import KEEP
from portal import clock
from portal.models import AuditEntry, Movement
from portal.register import number_indexes
from portal.roles import Role
from portal.sealing import blind_indexes
from settlement.models import Approval, Payment, Payout
from settlement.states import DENIED, EXPIRED, REFUSED


def current_quote(case: Case) -> Quote | None:
    """The quote in force, None before the first."""
    return case.quotes.order_by("-seq").first()


def replaced_quote(quote: Quote) -> Quote | None:
    """The quote that this one took the place of, None for the first."""
    return Quote.objects.filter(case=quote.case_id, seq=quote.seq - 1).first()


def tail_of(case: Case) -> RoamingTail | None:
    """The roaming tail of a case; None where nothing was ever expected (C-06)."""
    return RoamingTail.objects.filter(case=case).first()


def charges_settled_elsewhere(tail: RoamingTail) -> frozenset[str]:
    """The charges that an earlier closing of the same number has met or claimed, by their ids (C-06, C-11)."""
    same = RoamingTail.objects.filter(case__number_index__in=number_indexes(tail.case.number))
    rows = same.filter(state__in=(SETTLING, OVER)).exclude(pk=tail.pk).values_list("charges", flat=True)
    return frozenset(str(one["id"]) for charges in rows for one in charges)


def spoken_for_fen(case: Case, asked_at: datetime | None) -> int:
    """What of the line's prepayment an earlier closing's tail will still take or give back, or had not yet when the
    prepayment was asked for: whole fen (C-06, C-11).
    """
    holder = blind_indexes("id", case.id_number.plain)
    same = RoamingTail.objects.filter(case__number_index__in=number_indexes(case.number), case__id_index__in=holder)
    same = same.exclude(case=case)
    rows = same.filter(state__in=(SETTLING, OVER)).values_list("take_ref", "taken_fen", "give_ref", "back_fen")
    parts = [part for take, taken, give, back in rows for part in ((take, taken), (give, back)) if part[1]]
    done = Command.objects.filter(ref__in=[ref for ref, _ in parts if ref], state=DONE)
    before = {ref for ref, at in done.values_list("ref", "ended_at") if asked_at is None or (at and at < asked_at)}
    return sum(fen for ref, fen in parts if ref not in before)


def keeps_back(case: Case) -> bool:
    """Whether the person agreed to keep something back, and something is still expected."""
    return RoamingTail.objects.filter(case=case, state=AGREED, way=KEEP, until_on__isnull=False).exists()


def most_kept(case: Case, quote: Quote) -> int:
    """How much of a quote's refund can be kept back for roaming, whole fen; 0 where nothing goes back."""
    lines = [line for line in quote.lines.all() if line.kind != "kept"]
    return min(int(term(case, ROAMING_KEEP_FEN)), balance_of(lines).own_fen)


def needs_route(quote: Quote) -> bool:
    """Whether money goes back, or may go back once the roaming tail is over: then its route is chosen (C-05, C-06)."""
    return quote.total_fen < 0 or quote.lines.filter(kind="kept").exists()


def settled_quote(case: Case) -> Quote | None:
    """The quote a case was settled by, None before: later ones only say what became of it."""
    return case.quotes.filter(made_at__lte=case.settled_at).order_by("-seq").first() if case.settled_at else None


def settling_link(case: Case) -> AuditEntry | None:
    """The link of the audit chain that recorded the settling: its hash is the head a receipt shows (D-03)."""
    return AuditEntry.objects.filter(subject_ref=case.ref, verb="closure.settled").order_by("-pk").first()


def payment_of(case: Case) -> Payment | None:
    """The last payment of a case that arrived."""
    return Payment.objects.filter(case_ref=case.ref, state="PAID").order_by("-pk").first()


def lines_set_aside(case: Case) -> list[SetAside]:
    """The disputed lines of a case; a dispute that ended without result sets nothing aside.

    Nor does what was above the usual and is paid: home shows that bill by what is left of it (C-15).
    """
    paid = Q(kind="excess", claim__state=disputed.SETTLED)
    disputes = case.disputes.exclude(Q(state=disputed.ENDED) | paid).order_by("number")
    return [SetAside(one.kind, one.item, one.ref, accepted=one.state == disputed.CLAIMED) for one in disputes]


def settled_quotes(case: Case) -> list[Quote]:
    """The quotes the home province has posted a settlement of and not undone."""
    orders = CaseOrder.objects.filter(case=case, step__regex=r"^(settle|reverse):")
    steps = dict(orders.values_list("command_ref", "step"))
    done = set(Command.objects.filter(ref__in=list(steps), state=DONE).values_list("ref", flat=True))
    undone = {steps[ref].removeprefix("reverse:") for ref in done if steps[ref].startswith("reverse:")}
    seqs = [int(steps[ref].removeprefix("settle:")) for ref in done - undone if steps[ref].startswith("settle:")]
    return list(case.quotes.filter(seq__in=seqs).prefetch_related("lines").order_by("seq"))


def penalties_paid(case: Case) -> frozenset[str]:
    """The contracts whose penalty the home province has posted and not undone: none is charged twice (C-03)."""
    lines = [line for quote in settled_quotes(case) for line in quote.lines.all()]
    return frozenset(line.item for line in lines if line.kind == "penalty" and line.fen > 0)


def unused_fen(case: Case) -> int:
    """What was collected in this case and no settlement at home has used up, whole fen (C-12)."""
    return case.collected_fen - sum(balance_of(quote.lines.all()).paid_fen for quote in settled_quotes(case))


def split_of(quote: Quote) -> dict[str, int]:
    """How all money collected in the case divides by purpose once this quote is paid, whole fen (S-02).

    Settlements that home has posted count with what they used, so that money is neither overlooked nor used twice.
    """
    earlier = [before for before in settled_quotes(quote.case) if before.seq != quote.seq]
    split = Counter(balance_of(quote.lines.all()).posted)
    for before in earlier:
        for purpose, fen in balance_of(before.lines.all()).settled.items():
            split[purpose] += fen
    return {purpose: fen for purpose, fen in split.items() if fen}


def settlement_payload(quote: Quote | None) -> dict[str, Any]:
    """What the home province posts when the case is settled: whole fen by purpose, and the bills it covers."""
    return payload_of(balance_of(quote.lines.all() if quote else ()))


def bounced_payout(case: Case) -> Payout | None:
    """The refund or return that came back and waits for another way (C-05); None when none did."""
    refs = [case.payout_ref, *RoamingTail.objects.filter(case=case).values_list("payout_ref", flat=True)]
    return Payout.objects.filter(ref__in=refs, state__in=(REFUSED, EXPIRED)).order_by("pk").first()


def refund_days(case: Case, route: str) -> int:
    """The days in which a refund arrives: one by the way it came, else the term of the case (C-05)."""
    return 1 if route == "original" else int(term(case, REFUND_DAYS))


def promised_on(case: Case, route: str) -> date | None:
    """The day for which the refund of an ended case was promised, None before; lateness counts from it (S-05)."""
    if case.ended_at is None:
        return None
    return case.ended_at.astimezone(clock.SHANGHAI).date() + timedelta(days=refund_days(case, route))


def turned_down_because(payout: Payout) -> str:
    """The reason of finance's second person who turned a refund down, "" where nobody did (D-10)."""
    denied = Approval.objects.filter(payout=payout, state=DENIED)
    return denied.values_list("because", flat=True).first() or ""


def refund_asked_by(case: Case) -> str:
    """The ref of whoever last settled or withdrew the case: the person that wants its money back, or acted for them
    (D-10); the line it was filed from where only robots moved it.
    """
    moved = Movement.objects.filter(subject_type="closure.case", subject_ref=case.ref)
    ends = moved.filter(to_state__in=(states.SETTLED, states.WITHDRAWN)).exclude(by_role=Role.ROBOT)
    return ends.order_by("-seq").values_list("by_ref", flat=True).first() or f"line:{case.account_ref}"


def payout_of(case: Case) -> Payout | None:
    """The refund or return of a case that is on its way."""
    return Payout.objects.filter(ref=case.payout_ref).first() if case.payout_ref else None
