"""Rules of a closure: worked cases as data, and what they must never do."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closure.rules import arrears, contract, filing, identity, quote, standing, verification
from closure.rules.standing import Standing
from portal.masked import Phone

WORKED = Path(__file__).parent.parent / "worked"
TODAY = date(2026, 11, 24)
TERMS = verification.Terms(late_fee_permille=3, abnormal_bill_factor=5)
HOLDER: dict[str, Any] = {
    "match": True,
    "kind": "person",
    "real_name": True,
    "line_state": "normal",
    "holds": [],
    "sms": True,
}


def worked(name: str) -> dict[str, Any]:
    return tomllib.loads((WORKED / f"{name}.toml").read_text(encoding="utf-8"))


def a_contract(**also: Any) -> dict[str, Any]:
    facts = {
        "id": "k1",
        "kind": "terminal",
        "name": "购机合约",
        "signed_on": "2025-07-01",
        "ends_on": "2027-06-30",
        "monthly_fen": 5800,
        "months_total": 24,
        "subsidy_fen": 0,
        "claimed_fen": 0,
        "formula": "remaining_share",
        "percent": 30,
        "minimum_fen": 0,
        "published_on": "2025-01-01",
        "document": {"id": "d1", "sha256": "00" * 32},
    }
    return facts | also


@pytest.mark.parametrize("case", worked("s05_penalty")["case"], ids=lambda case: case["name"])
def test_a_penalty_is_owed_with_its_document_only(case: dict[str, Any]) -> None:
    left = case["months_total"] - case["months_used"]
    ends_on = date(TODAY.year + left // 12, TODAY.month, 28)
    document = {"id": "d1", "sha256": "00" * 32} if case["document"] else None
    terms = {name: case[name] for name in ("monthly_fen", "months_total", "percent")}
    penalty = contract.penalty_of(a_contract(ends_on=ends_on.isoformat(), document=document, **terms), TODAY)
    assert penalty is not None
    assert (penalty.owed_fen, penalty.claimed_fen) == (case["owed_fen"], case["claimed_fen"])


@pytest.mark.parametrize("case", worked("s07_arrears")["case"], ids=lambda case: str(case["filed_on"]))
def test_the_late_fee_is_counted_to_the_filing_day(case: dict[str, Any]) -> None:
    given_facts = worked("s07_arrears")
    fee = arrears.late_fee_fen(
        given_facts["unpaid_fen"],
        due_on=given_facts["due_on"],
        filed_on=case["filed_on"],
        permille=given_facts["permille"],
    )
    assert fee == case["late_fee_fen"]


@pytest.mark.parametrize(
    "case", worked("s11_own_number")["case"], ids=lambda case: "-".join(case["findings"]) or "none"
)
def test_the_number_being_closed_is_refused_as_an_address(case: dict[str, Any]) -> None:
    closing = Phone(worked("s11_own_number")["closing"])
    found = filing.number_findings(closing, contact=Phone(case["contact"]), refund=Phone(case["refund"]))
    assert [finding.key for finding in found] == case["findings"]


def test_a_mismatch_shows_nothing_else() -> None:
    answers: dict[str, dict[str, Any]] = {
        "identity": HOLDER | {"match": False},
        "contract": {"contracts": [a_contract()]},
    }
    found = verification.all_findings(answers, {}, filed_on=TODAY, today=TODAY, terms=TERMS)
    assert [finding.key for finding in found] == ["identity.mismatch"]


def test_a_hold_names_the_authority_and_the_way_to_object() -> None:
    hold = {"authority": "南京市公安局", "kind": "fraud", "since": "2026-11-01", "object_to": "市反诈中心"}
    found = identity.findings(HOLDER | {"holds": [hold]})
    assert found[0].rules == ("C-23",)
    assert found[0].facts["authority"] == "南京市公安局"
    assert found[0].holds_the_case


def test_a_penalty_in_the_quote_does_not_hold_the_case() -> None:
    found = contract.findings({"contracts": [a_contract()]}, today=TODAY)
    assert (found[0].severity, found[0].holds_the_case) == ("BLOCK", False)


def test_terms_published_after_signing_owe_nothing() -> None:
    penalty = contract.penalty_of(a_contract(published_on="2025-08-01"), TODAY)
    assert penalty is not None
    assert (penalty.owed_fen, penalty.refused) == (0, "published_late")


def test_a_contract_that_ended_is_no_finding() -> None:
    assert contract.findings({"contracts": [a_contract(ends_on="2026-11-24")]}, today=TODAY) == []


def test_a_subsidy_penalty_is_the_share_of_the_months_left() -> None:
    penalty = contract.penalty_of(a_contract(formula="subsidy_share", subsidy_fen=120000), TODAY)
    assert penalty is not None
    assert penalty.owed_fen == 120000 * 7 // 24


def test_a_bill_over_five_times_the_mean_is_flagged() -> None:
    bills = [{"month": f"2026-0{month}", "fen": 5000} for month in (7, 8, 9)]
    found = arrears.abnormal_bills({"bills": [*bills, {"month": "2026-10", "fen": 30000}]}, factor=5)
    assert [(finding.facts["month"], finding.facts["times"]) for finding in found] == [("2026-10", 6)]


def test_a_bill_of_exactly_five_times_the_mean_is_not_flagged() -> None:
    bills = [{"month": f"2026-0{month}", "fen": 5000} for month in (7, 8, 9)]
    assert arrears.abnormal_bills({"bills": [*bills, {"month": "2026-10", "fen": 25000}]}, factor=5) == []


def test_the_quote_of_the_screen_design_adds_up() -> None:
    answers: dict[str, dict[str, Any]] = {
        "arrears": {"bills": [_bill("2026-09", "2026-10-31"), _bill("2026-10", "2026-11-24")], "total_fen": 11600},
        "bills": {"bills": [], "unbilled": {"from": "2026-11-01", "through": "2026-11-24", "monthly_fen": 5800}},
        "contract": {"contracts": [a_contract(), a_contract(id="k2", document=None, claimed_fen=24000)]},
        "prepayment": {"buckets": [_bucket("own", 3650), _bucket("gifted", 2000)]},
    }
    lines = quote.lines_of(answers, filed_on=TODAY, permille=3)
    assert [line.fen for line in lines] == [5800, 418, 5800, 4640, 12180, 0, -3650, 0]
    assert quote.total_fen(lines) == 25188


def _bill(month: str, due_on: str) -> dict[str, Any]:
    return {"month": month, "unpaid_fen": 5800, "due_on": due_on}


def _bucket(kind: str, fen: int) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "fen": fen, "name": kind}


def test_gifted_credit_is_shown_and_never_refunded() -> None:
    lines = quote.lines_of({"prepayment": {"buckets": [_bucket("gifted", 2000)]}}, filed_on=TODAY, permille=3)
    assert [(line.kind, line.fen) for line in lines] == [("gifted", 0)]


@given(
    unpaid=st.lists(st.integers(1, 10**7), max_size=4),
    own=st.integers(0, 10**7),
    gifted=st.integers(0, 10**7),
)
def test_no_refund_is_above_ones_own_money(unpaid: list[int], own: int, gifted: int) -> None:
    bills = [
        {"month": f"2026-0{place + 1}", "unpaid_fen": fen, "due_on": "2026-10-31"} for place, fen in enumerate(unpaid)
    ]
    answers: dict[str, dict[str, Any]] = {
        "arrears": {"bills": bills, "total_fen": sum(unpaid)},
        "prepayment": {"buckets": [_bucket("own", own), _bucket("gifted", gifted)]},
    }
    assert -quote.total_fen(quote.lines_of(answers, filed_on=TODAY, permille=3)) <= own


def test_a_refused_question_is_information_and_never_a_block() -> None:
    found = verification.all_findings(
        {"identity": HOLDER}, {"contract": "4999"}, filed_on=TODAY, today=TODAY, terms=TERMS
    )
    assert [(finding.key, finding.severity) for finding in found] == [("province.refused", "INFO")]


def test_another_persons_photo_blocks_without_saying_who() -> None:
    found = standing.findings({"other_line": {"match": True}}, Standing("other_line", photo_match="no_match"))
    assert [finding.key for finding in found] == ["identity.photo"]


def test_another_holders_line_is_a_mismatch() -> None:
    found = standing.findings({"other_line": {"match": False}}, Standing("other_line", photo_match="match"))
    assert [finding.key for finding in found] == ["identity.mismatch"]


def test_a_bill_that_is_issued_but_not_due_is_in_the_quote_without_a_late_fee() -> None:
    """No arrears at closing, and what the quote holds is not one more thing to do (C-02)."""
    issued = {"month": "2026-10", "fen": 5800, "paid_fen": 800, "issued_on": "2026-11-01", "due_on": "2026-11-30"}
    answers: dict[str, dict[str, Any]] = {
        "arrears": {"bills": [_bill("2026-09", "2026-10-31")], "total_fen": 5800},
        "bills": {"bills": [issued], "unbilled": None},
    }
    lines = quote.lines_of(answers, filed_on=TODAY, permille=3)
    assert [(line.kind, line.item, line.fen) for line in lines] == [
        ("bill", "2026-09", 5800),
        ("late_fee", "2026-09", 418),
        ("bill", "2026-10", 5000),
    ]
