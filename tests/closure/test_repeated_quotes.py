"""Money collected for one quote meets the next: never overlooked, never used twice, the rest returned (C-12, S-02)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bss.models import Command
from bss.simulated import BillSpec, ContractSpec, Temper, TieSpec, set_temper
from bss.simulated.databases import dsn
from bss.simulated.pools import taken
from closure import states
from closure.models import Case
from closure.queries import current_quote, settlement_payload, unused_fen
from closure.services import payment, refund, verification
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, NUMBER, World

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 30))
PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)


def at_home(query: str) -> None:
    """Something happens at the home province while the case is open: a bill run, a bill voided."""
    with taken(FUJIAN, lambda: dsn(FUJIAN)) as opened, opened.cursor() as db:
        db.execute(query, [NUMBER.plain])


def one_more_bill(month: str) -> None:
    at_home(f"INSERT INTO bills VALUES (%s, '{month}', 1000, 0, '2026-11-20', '2026-12-20')")


def paid(world: World, case: Case) -> Case:
    """The quote in force is paid, and home is asked to settle."""
    quote = current_quote(case)
    decide(payment.pay(case, "card", quote.seq if quote else 0, by=world.by).ref, "paid")
    return world.work(case)


def refused(world: World, case: Case, verb: str) -> Case:
    """The quote is paid and the closing refused at one verb, lawfully; then all is checked again."""
    set_temper(FUJIAN, Temper.OBSTRUCTIVE, only=[verb], code="2067", words="欠费 10.00 元")
    held = paid(world, case)
    assert held.state == states.HELD
    set_temper(FUJIAN, Temper.HONEST)
    return held


def again(world: World, held: Case) -> Case:
    verification.again(held, by=world.by)
    return world.work(held)


@pytest.fixture
def owing(world: World, fujian: Callable[..., None]) -> Case:
    """A case with one unpaid bill of 58.00."""
    fujian(bills=[OWED])
    return world.quoted()


def test_a_third_quote_counts_what_the_second_settlement_did_not_use(world: World, owing: Case) -> None:
    held = refused(world, owing, "close_line")
    one_more_bill("2026-11")
    held = refused(world, again(world, held), "settle")
    third = again(world, held)
    assert (third.collected_fen, unused_fen(third)) == (6800, 1000)
    assert current_quote(third).total_fen == 0  # type: ignore[union-attr]
    payment.settle_without_payment(third, 3, by=world.by)
    assert world.work(third).state == states.CLOSED


def test_a_settlement_that_stands_is_not_paid_with_the_next(world: World, owing: Case) -> None:
    held = refused(world, owing, "close_line")
    one_more_bill("2026-11")
    second = again(world, held)
    assert current_quote(second).total_fen == 1000  # type: ignore[union-attr]
    assert paid(world, second).state == states.CLOSED


def test_money_that_is_no_longer_owed_goes_back_and_nothing_is_negative(world: World, owing: Case) -> None:
    held = refused(world, owing, "settle")
    at_home("UPDATE bills SET fen = 2000 WHERE number = %s")
    second = again(world, held)
    quote = current_quote(second)
    assert quote is not None
    assert (quote.total_fen, quote.lines.get(kind="returned").fen) == (-3800, -3800)
    assert min(fen for fen in settlement_payload(quote).values() if isinstance(fen, int)) >= 0
    refund.choose_route(second, "cash", "", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=second.pk), 2, by=world.by)
    assert world.work(second).state == states.CLOSED


def test_the_whole_payment_goes_back_when_nothing_is_owed_any_more(world: World, owing: Case) -> None:
    held = refused(world, owing, "settle")
    at_home("DELETE FROM bills WHERE number = %s")
    second = again(world, held)
    refund.choose_route(second, "card", "6222020000000000000", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=second.pk), 2, by=world.by)
    closed = world.work(second)
    assert (closed.state, closed.due_at) == (states.CLOSED, None)


def test_a_penalty_that_was_settled_is_not_charged_again_when_the_contract_stays(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(bills=[OWED], contracts=[PAPER])
    first = world.quoted()
    due = current_quote(first).total_fen  # type: ignore[union-attr]
    second = again(world, refused(world, first, "release_contract"))
    line = current_quote(second).lines.get(kind="penalty")  # type: ignore[union-attr]
    assert (line.fen, line.claimed_fen, line.formula) == (0, due - 5800, "formula.paid_before")
    assert current_quote(second).total_fen == 0  # type: ignore[union-attr]
    payment.settle_without_payment(second, 2, by=world.by)
    closed = world.work(second)
    assert (closed.state, closed.collected_fen) == (states.CLOSED, due)


@pytest.mark.parametrize("verb", ["release_contract", "execute_tie"])
def test_a_step_that_was_refused_is_sent_anew_after_all_is_checked_again(
    world: World, fujian: Callable[..., None], verb: str
) -> None:
    fujian(bills=[OWED], contracts=[PAPER], ties=[TieSpec("t1")])
    second = again(world, refused(world, world.quoted(), verb))
    payment.settle_without_payment(second, 2, by=world.by)
    assert world.work(second).state == states.CLOSED
    assert list(Command.objects.filter(verb=verb).order_by("pk").values_list("state", flat=True)) == ["REFUSED", "DONE"]
