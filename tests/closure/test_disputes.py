"""Disputed lines: set aside, the case closes, the operator owes evidence, proved it becomes a claim (C-03, C-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bss.simulated import BillSpec, ContractSpec, Temper, set_temper
from closure import states
from closure.models import Case, Claim, Dispute, Quote
from closure.queries import current_quote, latest_findings
from closure.services import claims, disputes, evidence, payment, withdrawal
from portal import clock
from portal.errors import Conflict, Invalid
from portal.models import Notice, WorkOrder
from settlement.ledger import BILLS, LATE_FEE, PENALTY, PROVIDER, AccountKey
from settlement.queries import balance_of
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, MORNING, ROBOT, World

PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
MONTHS = [BillSpec(f"2026-0{n}", 1000, 1000, date(2026, n + 1, 1), date(2026, n + 1, 14)) for n in (7, 8, 9)]
HIGH = BillSpec("2026-10", 9000, 0, date(2026, 11, 1), date(2026, 11, 14))
SHA = "cd" * 32


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def quote_of(case: Case) -> Quote:
    quote = current_quote(case)
    assert quote is not None
    return quote


def dispute(world: World, case: Case, kind: str, reason: str = "other", *, excess: bool = False) -> Dispute:
    """Dispute the first line of a kind in the quote in force."""
    quote = quote_of(case)
    line = quote.lines.filter(kind=kind).first()
    assert line is not None
    return disputes.open_dispute(case, line.position, quote.seq, reason, excess=excess, words="不对", by=world.by)


def settle(world: World, case: Case) -> Case:
    """Pay what is left of the quote, or nothing, and let the robots close the line."""
    quote, case = quote_of(case), fresh(case)
    if quote.total_fen > 0:
        decide(payment.pay(case, "card", quote.seq, by=world.by).ref, "paid")
    else:
        payment.settle_without_payment(case, quote.seq, by=world.by)
    return world.work(case)


@pytest.fixture
def owing(world: World, fujian: Callable[..., None]) -> Case:
    """An unpaid bill with its late fee, and a penalty with its paper: 58.00 + 1.74 + 121.80."""
    fujian(bills=[OWED], contracts=[PAPER])
    return world.quoted()


@pytest.fixture
def closed(world: World, owing: Case) -> Dispute:
    """The penalty is disputed and the line closed all the same."""
    row = dispute(world, owing, "penalty")
    assert settle(world, owing).state == states.CLOSED
    return row


def again(row: Dispute) -> Dispute:
    return Dispute.objects.get(pk=row.pk)


def test_a_disputed_line_is_struck_and_the_sum_is_without_it(world: World, owing: Case) -> None:
    row = dispute(world, owing, "penalty")
    line = quote_of(owing).lines.get(kind="penalty")
    assert (line.fen, line.claimed_fen, line.dispute) == (0, 12180, row.ref)
    assert quote_of(owing).total_fen == 5974
    assert WorkOrder.objects.get(kind="evidence").due_at == MORNING + timedelta(days=5)


def test_the_case_closes_with_a_line_set_aside(world: World, closed: Dispute) -> None:
    assert closed.state == "SET_ASIDE"
    assert balance_of(AccountKey("161", "35", PENALTY)) == 0


def test_the_late_fee_follows_its_bill_and_never_the_penalty(world: World, owing: Case) -> None:
    row = dispute(world, owing, "bill", "paid")
    assert (again(row).fen, again(row).late_fee_fen) == (5800, 174)
    assert quote_of(owing).total_fen == 12180
    assert settle(world, owing).state == states.CLOSED


def test_of_an_abnormal_bill_only_what_is_above_the_usual_is_set_aside(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(bills=[*MONTHS, HIGH])
    case = world.quoted()
    row = dispute(world, case, "bill", "not_used", excess=True)
    assert latest_findings(case).filter(key="bills.abnormal").exists()
    fen = {line.kind: line.fen for line in quote_of(case).lines.all()}
    assert (again(row).fen, fen["bill"], fen["excess"], fen["late_fee"]) == (8000, 1000, 0, 30)
    assert again(row).late_fee_fen == 240
    assert settle(world, case).state == states.CLOSED


@pytest.mark.parametrize(("position", "seq"), [(1, 2), (99, 1)])
def test_only_a_line_of_the_quote_in_force_is_disputed(world: World, owing: Case, position: int, seq: int) -> None:
    with pytest.raises(Conflict):
        disputes.open_dispute(owing, position, seq, "other", by=world.by)


def test_a_reason_that_does_not_fit_the_line_is_asked_again(world: World, owing: Case) -> None:
    with pytest.raises(Invalid):
        disputes.open_dispute(owing, 1, 1, "never_signed", by=world.by)


def test_a_line_is_disputed_once(world: World, owing: Case) -> None:
    dispute(world, owing, "penalty")
    with pytest.raises(Conflict):
        dispute(world, owing, "penalty")


def test_no_evidence_in_five_days_and_the_line_is_nothing_for_good(world: World, closed: Dispute) -> None:
    set_temper(FUJIAN, Temper.HONEST, proves=False)
    for days in (1, 5):
        with clock.frozen(MORNING + timedelta(days=days, minutes=1)):
            evidence.sweep(limit=5, by=ROBOT)
    assert again(closed).state == "DROPPED"
    assert Notice.objects.filter(key="notice.closure.dropped").count() == 1
    with pytest.raises(Conflict):
        disputes.prove(closed.ref, "late", SHA, "", by=ROBOT)


def test_evidence_is_shown_with_its_hash_and_the_operators_words(world: World, closed: Dispute) -> None:
    with clock.frozen(MORNING + timedelta(hours=2)):
        evidence.sweep(limit=5, by=ROBOT)
    row = again(closed)
    assert (row.state, row.document, len(row.document_sha256)) == ("PROVED", "d1", 64)
    assert row.operator_words
    assert WorkOrder.objects.get(kind="evidence").state == "DONE"


def test_an_accepted_line_is_a_claim_paid_after_the_closing(world: World, closed: Dispute) -> None:
    row = disputes.prove(closed.ref, "d1", SHA, "签过字", by=ROBOT)
    disputes.accept(row, by=world.by)
    claim = Claim.objects.get()
    decide(claims.pay(claim, "card", by=world.by).ref, "paid")
    claims.advance(claim.ref, by=ROBOT)
    assert Claim.objects.get().state == "SETTLED"
    assert balance_of(AccountKey("161", "35", PENALTY)) == -12180
    assert balance_of(AccountKey("161", "32", PROVIDER)) == 5974 + 12180


def test_a_claim_for_a_bill_pays_its_late_fee_too(world: World, owing: Case) -> None:
    row = dispute(world, owing, "bill", "paid")
    settle(world, owing)
    disputes.accept(disputes.prove(row.ref, "d2", SHA, "", by=ROBOT), by=world.by)
    claim = Claim.objects.get()
    decide(claims.pay(claim, "wallet", by=world.by).ref, "paid")
    claims.advance(claim.ref, by=ROBOT)
    assert (Claim.objects.get().state, claim.fen) == ("SETTLED", 5974)
    assert [balance_of(AccountKey("161", "35", kind)) for kind in (BILLS, LATE_FEE)] == [-5800, -174]


def test_a_claim_is_paid_once(world: World, closed: Dispute) -> None:
    disputes.accept(disputes.prove(closed.ref, "d1", SHA, "", by=ROBOT), by=world.by)
    claims.pay(Claim.objects.get(), "card", by=world.by)
    with pytest.raises(Conflict):
        claims.pay(Claim.objects.get(), "card", by=world.by)


def test_a_claim_not_paid_can_be_paid_again(world: World, closed: Dispute) -> None:
    disputes.accept(disputes.prove(closed.ref, "d1", SHA, "", by=ROBOT), by=world.by)
    decide(claims.pay(Claim.objects.get(), "card", by=world.by).ref, "refused")
    claims.advance(Claim.objects.get().ref, by=ROBOT)
    assert Claim.objects.get().state == "OPEN"


def test_evidence_not_accepted_goes_to_the_operators_supervisor(world: World, closed: Dispute) -> None:
    row = disputes.prove(closed.ref, "d1", SHA, "", by=ROBOT)
    disputes.contest(row, "not_mine", words="不是我签的", by=world.by)
    order = WorkOrder.objects.get(kind="dispute_review")
    assert (again(closed).state, order.owner) == ("CONTESTED", "supervisor:161:35")
    assert order.facts["reference"].startswith("XH")
    assert not Claim.objects.exists()


def test_evidence_nobody_answers_becomes_a_claim(world: World, closed: Dispute) -> None:
    disputes.prove(closed.ref, "d1", SHA, "", by=ROBOT)
    with clock.frozen(MORNING + timedelta(days=15, minutes=1)):
        evidence.sweep(limit=5, by=ROBOT)
    assert (again(closed).state, Claim.objects.get().state) == ("CLAIMED", "OPEN")


def test_a_dispute_taken_back_is_in_the_sum_again(world: World, owing: Case) -> None:
    disputes.take_back(dispute(world, owing, "penalty"), by=world.by)
    assert quote_of(owing).total_fen == 18154
    assert WorkOrder.objects.get(kind="evidence").state == "CANCELLED"


def test_a_line_can_be_disputed_three_times_and_no_more(world: World, owing: Case) -> None:
    for _ in range(3):
        disputes.take_back(dispute(world, fresh(owing), "penalty"), by=world.by)
    with pytest.raises(Conflict, match="often"):
        dispute(world, fresh(owing), "penalty")
    assert quote_of(owing).total_fen == 18154


def test_a_silence_that_cannot_be_taken_for_an_answer_yet_is_looked_at_a_minute_later(
    world: World, closed: Dispute, monkeypatch: pytest.MonkeyPatch
) -> None:
    disputes.prove(closed.ref, "d1", SHA, "", by=ROBOT)
    monkeypatch.setattr(disputes, "accept", _breaks)
    with clock.frozen(MORNING + timedelta(days=15, minutes=1)):
        assert [evidence.sweep(limit=5, by=ROBOT) for _ in range(2)] == [1, 0]


def _breaks(*_: object, **__: object) -> None:
    raise RuntimeError


def test_a_withdrawn_case_has_no_dispute_left(world: World, owing: Case) -> None:
    row = dispute(world, owing, "bill", "paid")
    withdrawal.withdraw(fresh(owing), by=world.by)
    case = world.work(owing)
    assert again(row).state == "ENDED"
    assert case.proof_lines != [] and all(line["same"] for line in case.proof_lines)


def test_a_claim_paid_before_a_withdrawal_explains_what_differs_at_home_c_12(world: World, owing: Case) -> None:
    row = dispute(world, owing, "bill", "paid")
    disputes.accept(disputes.prove(row.ref, "d2", SHA, "", by=ROBOT), by=world.by)
    payment_of_it = claims.pay(Claim.objects.get(), "card", by=world.by)
    withdrawal.withdraw(fresh(owing), by=world.by)
    case = world.work(owing)
    assert (case.proof_lines, case.due_at is None) == ([], False)  # while it is being paid nothing is proved
    decide(payment_of_it.ref, "paid")
    claims.advance(Claim.objects.get().ref, by=ROBOT)
    with clock.frozen(MORNING + timedelta(minutes=1)):
        case = world.work(owing)
    rows = {line["name"]: line for line in case.proof_lines}
    assert [line["name"] for line in rows.values() if not line["same"] and not line["why"]] == []
    assert [(one["kind"], one["fen"]) for one in rows["balance_fen"]["why"]] == [("claim", 5800)]
    assert not WorkOrder.objects.filter(kind="difference").exists()


def test_a_withdrawn_case_claims_nothing_that_its_line_owes_as_before(world: World, owing: Case) -> None:
    row = dispute(world, owing, "penalty")
    disputes.prove(row.ref, "d1", SHA, "合约在此", by=ROBOT)
    disputes.accept(again(row), by=world.by)
    withdrawal.withdraw(fresh(owing), by=world.by)
    claim = Claim.objects.get()
    assert claim.state == "VOID"
    with pytest.raises(Conflict):
        claims.pay(claim, "card", by=world.by)
