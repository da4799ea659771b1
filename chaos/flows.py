"""What a subscriber wants of a case, flow by flow: what their line is like, and what they do when they look at it.

A person acts on what the page shows, so the same script heals itself after a crash: it looks again and goes on.
"""

from __future__ import annotations

from datetime import date

from bss.simulated import BucketSpec, ContractSpec, RoamedSpec, RoamingSpec, TieSpec
from chaos import books
from chaos.flow import OWED, OWN, Flow, closes, files
from closure import mandates, states
from closure.models import Case, Mandate, RoamingTail
from closure.queries import current_quote
from closure.services import (
    agreement,
    answering,
    disputes,
    filing,
    mandate,
    supplying,
    withdrawal,
)
from portal.actors import Actor
from portal.masked import PersonName
from portal.models import WorkOrder
from portal.roles import Role
from portal.rules.identity import demo_id
from tests.closure.papers import a_png

GIFT = BucketSpec("g1", "gifted", 2000)
DOCUMENT = ContractSpec(
    "K1",
    "terminal",
    "合约机",
    signed_on=date(2025, 6, 1),
    ends_on=date(2027, 6, 1),
    monthly_fen=5800,
    months_total=24,
    subsidy_fen=120000,
    formula="subsidy_share",
    published_on=date(2025, 1, 1),
    document_id="D1",
    document_sha256="0" * 64,
)
FAMILY = TieSpec("T1", "family", "亲情网", "另一人按标准资费", 0)
WANTS_PAPER = TieSpec("T1", "family", "亲情网", "另一人按标准资费", 0, needs="户主同意书")
CONSENT = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MUCH = BucketSpec("b1", "own", 30000)
JAPAN = RoamedSpec("日本", date(2026, 11, 12))
FROM_JAPAN = RoamingSpec("r1", "日本", date(2026, 11, 12), 4200, date(2026, 11, 27))
EXPECTED_BY = date(2026, 12, 1)
DAUGHTER = PersonName("林小芳"), demo_id("35", date(1985, 3, 2), 21)
CLERK = Actor(Role.CLERK, "person:lin", operator="161", province="35", store="厦门店", label="甲网福建 0007")


def _disputes(case: Case, by: Actor) -> bool:
    """The penalty is set aside once, then the case goes on without it."""
    quote = current_quote(case)
    if case.state != states.QUOTED or quote is None or case.disputes.exists():
        return closes(case, by)
    line = quote.lines.get(kind="penalty")
    disputes.open_dispute(case, line.position, quote.seq, "never_signed", by=by)
    return True


def _withdraws(case: Case, by: Actor) -> bool:
    """Once the charges have stopped, so that there is something to undo."""
    if files(case, by):
        return True
    if case.state != states.QUOTED or case.charging_stopped_at is None:
        return False
    withdrawal.withdraw(case, by=by)
    return True


def _is_asked_for_a_paper(case: Case, by: Actor) -> bool:
    """The home province wants the householder's consent before it unties: the person sends it."""
    order = WorkOrder.objects.filter(case_ref=case.ref, state="RETURNED").first()
    if order is None:
        return closes(case, by)
    supplying.supply(case, order, note="", content=CONSENT, sends=order.sends, by=by)
    return True


def _sends_somebody(case: Case, by: Actor) -> bool:
    """The holder's daughter acts with papers; a clerk at home reads them, then sees her and the originals."""
    row = Mandate.objects.filter(case=case).first()
    if row is None:
        filing.set_place(case, CLERK.province, by=by)
        mandate.offer(case, mandates.DELEGATE, DAUGHTER, {"letter": a_png()}, by=by)
    elif row.state == mandates.SUBMITTED:
        mandate.review(row.ref, "accepted", by=CLERK)
    elif row.state == mandates.ACCEPTED:
        mandate.see_originals(row.ref, seen=["letter"], by_eye=True, by=CLERK)
    else:
        return closes(case, by)
    return True


def _was_abroad(case: Case, by: Actor) -> bool:
    """What comes later from abroad is kept back of the refund, once; then the case goes on."""
    quote, tail = current_quote(case), RoamingTail.objects.filter(case=case).first()
    if case.state != states.QUOTED or quote is None or tail is None or tail.agreed_at is not None:
        return closes(case, by)
    agreement.agree(case, "keep", quote.seq, by=by)
    return True


def staff_answers(case: Case) -> bool:
    """At home: an order that nobody saw to in time is, now that the regulator watches."""
    late = WorkOrder.objects.filter(case_ref=case.ref, state="ESCALATED").order_by("pk").first()
    if late is None or not late.waits_for:
        return False
    answering.answer(case, late.key, "closed", by=CLERK)
    return True


FLOWS = (
    *books.FLOWS,
    Flow("nothing", closes),
    Flow("arrears_contract", closes, {"bills": [OWED], "contracts": [DOCUMENT], "buckets": [OWN, GIFT]}),
    Flow("refund", closes, {"buckets": [OWN, GIFT]}),
    Flow("dispute", _disputes, {"bills": [OWED], "contracts": [DOCUMENT]}),
    Flow("tie", closes, {"ties": [FAMILY]}),
    Flow(
        "withdrawal",
        _withdraws,
        {"bills": [OWED], "contracts": [DOCUMENT], "ties": [FAMILY]},
        frozenset({states.WITHDRAWN}),
    ),
    Flow("lapse", files, {"bills": [OWED]}, frozenset({states.LAPSED}), lasts=True),
    Flow("returned", _is_asked_for_a_paper, {"ties": [WANTS_PAPER]}),
    Flow("delegate", _sends_somebody),
    Flow(
        "roaming",
        _was_abroad,
        {"roamed": [JAPAN], "roaming_by": EXPECTED_BY, "roaming": [FROM_JAPAN], "buckets": [MUCH]},
    ),
)
BY_NAME = {flow.name: flow for flow in FLOWS}
