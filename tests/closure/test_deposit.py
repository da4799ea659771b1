"""A contract deposit is treated as the home province's dated parameter says (C-05)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from bss.provinces import Bss
from bss.simulated import BillSpec, BucketSpec, ContractSpec
from closure import states
from closure.models import Case
from closure.queries import current_quote
from closure.rules.buckets import bucket_lines
from closure.rules.dispute import SetAside
from closure.services import disputes, payment, refund
from portal import clock
from portal.models import ParameterValue
from settlement.models import Entry
from settlement.services import reconciling
from tests.closure.conftest import MORNING, ROBOT, World
from tests.closure.test_disputes import dispute
from tests.rules.test_any_answer import a_contract

TREATED = Path(__file__).with_name("deposit.toml")
PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
DEPOSIT = BucketSpec("b2", "deposit", 20000, "合约押金")
OWN = BucketSpec("b1", "own", 30000)


def set_deposit(value: str, *, operator: str = "161", province: str = "35", on: date = date(2026, 1, 1)) -> None:
    ParameterValue.objects.create(name="closure.deposit", operator=operator, province=province, from_on=on, value=value)


def fen_of(case: Case) -> dict[str, int]:
    quote = current_quote(case)
    assert quote is not None
    return {line.kind: line.fen for line in quote.lines.all()} | {"total": quote.total_fen}


@pytest.mark.parametrize(
    "case", tomllib.loads(TREATED.read_text(encoding="utf-8"))["case"], ids=lambda case: case["name"]
)
def test_a_deposit_goes_back_or_stays_as_the_province_published_c_05(case: dict[str, Any]) -> None:
    paper = {"id": "d1", "sha256": "00" * 32} if case["document"] else None
    terms = {"signed_on": "2025-07-01", "published_on": "2025-01-01", "ends_on": "2027-06-30", "document": paper}
    figures = {
        "formula": "minimum_spend",
        "minimum_fen": 100,
        "months_total": 24,
        "claimed_fen": 0,
        "id": "k1",
        "name": "购机合约",
    }
    contracts = {"contracts": [terms | figures] if case["contract"] else []}
    bucket = {"id": "b2", "kind": "deposit", "fen": 20000, "name": "合约押金"}
    (line,) = bucket_lines({"buckets": [bucket]}, contracts, deposit=case["deposit"], filed_on=MORNING.date())
    assert (line.fen, line.formula) == (case["fen"], case["formula"])


def test_a_deposit_that_stays_is_in_the_quote_at_nothing_and_never_paid_out(
    world: World, fujian: Callable[..., None]
) -> None:
    set_deposit("until_term")
    fujian(contracts=[PAPER], buckets=[OWN, DEPOSIT])
    case = world.quoted()
    assert fen_of(case) == {"penalty": 12180, "own": -30000, "deposit": 0, "total": -17820}
    refund.choose_route(case, "card", "6222020000000000000", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=case.pk), 1, by=world.by)
    assert (world.work(case).state, Case.objects.get().due_at) == (states.CLOSED, None)


def test_a_deposit_goes_back_by_default_and_the_treatment_is_pinned_to_the_quote(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(buckets=[DEPOSIT])
    quote = current_quote(world.quoted())
    assert quote is not None
    assert (quote.total_fen, quote.parameters["closure.deposit"]) == (-20000, "refund")


@pytest.mark.parametrize(
    ("bill_fen", "posted"),
    [
        (0, {"prepayment": 30000, "deposit": 20000}),
        (12000, {"prepayment": 30000, "deposit": 20000}),
        (42000, {"prepayment": 42000, "deposit": 8000}),
    ],
)
def test_own_money_is_used_up_before_a_deposit_and_each_has_its_account_c_05(
    world: World, fujian: Callable[..., None], bill_fen: int, posted: dict[str, int]
) -> None:
    owed = BillSpec("2026-10", bill_fen, 0, date(2026, 11, 1), date(2026, 12, 31))
    fujian(buckets=[OWN, DEPOSIT], bills=[owed] if bill_fen else [])
    case = world.quoted()
    refund.choose_route(case, "card", "6222020000000000000", by=world.by)
    payment.settle_without_payment(Case.objects.get(pk=case.pk), 1, by=world.by)
    assert world.work(case).state == states.CLOSED
    rows = Entry.objects.filter(account__kind__in=("prepayment", "deposit"))
    assert dict(rows.order_by().values_list("account__kind").annotate(fen=Sum("fen"))) == posted
    assert reconciled_state() == "AGREED"


def reconciled_state() -> str:
    """What a reconciliation of Fujian says a day later: its book calls both prepayment."""
    with clock.frozen(MORNING + timedelta(days=1)):
        return reconciling.run(reconciling.start(Bss("161", "35"), MORNING.date(), by=ROBOT).ref, by=ROBOT).state


@pytest.mark.parametrize(("province", "on"), [("32", date(2026, 1, 1)), ("35", date(2026, 12, 1))])
def test_another_provinces_treatment_or_a_later_one_changes_nothing(
    world: World, fujian: Callable[..., None], province: str, on: date
) -> None:
    set_deposit("keep", province=province, on=on)
    fujian(buckets=[DEPOSIT])
    assert fen_of(world.quoted())["total"] == -20000


def test_a_deposit_goes_back_while_no_paper_of_the_disputed_contract_is_shown_c_05(
    world: World, fujian: Callable[..., None]
) -> None:
    set_deposit("until_term")
    fujian(contracts=[PAPER], buckets=[OWN, DEPOSIT])
    case = world.quoted()
    row = dispute(world, case, "penalty")
    assert fen_of(case) == {"penalty": 0, "own": -30000, "deposit": -20000, "total": -50000}
    disputes.concede(row.ref, by=ROBOT)
    assert fen_of(case)["deposit"] == -20000


def test_a_deposit_stays_once_the_evidence_of_its_contract_is_accepted_c_05() -> None:
    proved = SetAside("penalty", "k1", "d", accepted=True)
    facts = {"contracts": [a_contract()]}
    bucket = {"id": "b2", "kind": "deposit", "fen": 20000, "name": "合约押金"}
    (line,) = bucket_lines({"buckets": [bucket]}, facts, deposit="until_term", filed_on=MORNING.date(), aside=[proved])
    assert (line.fen, line.formula) == (0, "formula.deposit_until_term")
