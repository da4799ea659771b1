"""Whatever a province says within the shape of an answer, the rules read it without falling over (C-01, C-03, C-05)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bss.questions import QUESTIONS
from bss.shapes import FEN_LIMIT, Day, Fen, Fields, Flag, Instant, ListOf, Maybe, Month, OneOf, Shape, Text
from closure.rules import contract, quote, roaming, verification
from closure.rules.balance import balance_of, payload_of
from closure.rules.dispute import DISPUTABLE, SetAside
from closure.rules.leaving import goings

TODAY = date(2026, 11, 24)
TERMS = verification.Terms(late_fee_permille=3, abnormal_bill_factor=5)
BIGINT = 2**63
ASKED = ("identity", "package", "contract", "bills", "prepayment", "arrears", "ties", "roaming")
DAYS = ["0001-01-01", "2025-07-01", "2026-11-01", "2026-11-24", "2027-06-30", "9999-12-31"]


def said(shape: Shape) -> st.SearchStrategy[Any]:
    """Anything the shape lets through, its edges first."""
    if isinstance(shape, Fields):
        needed = {key: said(inner) for key, inner in shape.needed.items()}
        return st.fixed_dictionaries(needed, optional={key: said(inner) for key, inner in shape.optional.items()})
    if isinstance(shape, ListOf):
        return st.lists(said(shape.shape), max_size=4)
    if isinstance(shape, Maybe):
        return st.none() | said(shape.shape)
    if isinstance(shape, OneOf):
        return st.sampled_from(sorted(shape.words))
    return _plain(shape)


def _plain(shape: Shape) -> st.SearchStrategy[Any]:
    plain: dict[type, st.SearchStrategy[Any]] = {
        Day: st.sampled_from(DAYS),
        Month: st.sampled_from(["0001-01", "2026-09", "2026-10", "9999-12"]),
        Instant: st.just("2026-11-24T10:12:00+08:00"),
        Flag: st.booleans(),
    }
    if isinstance(shape, Fen):
        return st.sampled_from([shape.least, 0, 1, 24, 30, 101, 5800, FEN_LIMIT])
    if isinstance(shape, Text):
        return st.sampled_from(["", "k1", "x" * shape.limit, "ab" * 32 if shape.limit >= 64 else "d1"])
    return plain[type(shape)]


ANSWERS = st.fixed_dictionaries({question: said(QUESTIONS[question]) for question in ASKED})


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_no_answer_within_its_shape_breaks_the_findings_or_the_quote(answers: dict[str, Any]) -> None:
    found = verification.all_findings(answers, {}, filed_on=TODAY, today=TODAY, terms=TERMS)
    lines = quote.lines_of(answers, filed_on=TODAY, permille=3, deposit="until_term", keep_fen=20000)
    aside = [SetAside(line.kind, line.item, "d") for line in lines if line.kind in DISPUTABLE]
    lines += quote.lines_of(answers, filed_on=TODAY, permille=3, aside=aside)
    goings(answers)
    assert all(abs(finding.fen or 0) < BIGINT for finding in found)
    assert all(0 <= abs(line.fen) + (line.claimed_fen or 0) < BIGINT for line in lines)
    assert all(len(line.item) <= 64 and len(line.document) <= 64 for line in lines)


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS)
def test_what_a_quote_settles_is_what_it_owes_whatever_was_said_c_05(answers: dict[str, Any]) -> None:
    balance = balance_of(quote.lines_of(answers, filed_on=TODAY, permille=3))
    assert sum(balance.settled.values()) == balance.paid_fen == payload_of(balance)["paid_fen"] >= 0
    assert min(balance.applied_fen, balance.own_fen, balance.excess_fen) >= 0


@given(answer=said(QUESTIONS["roaming"]))
def test_no_roaming_answer_breaks_the_tail_c_06(answer: dict[str, Any]) -> None:
    expected = roaming.expected_by(answer)
    if expected is not None:
        assert roaming.last_day(expected, TODAY, 2) <= date(2027, 1, 31)
    came = roaming.counted(answer.get("charges", ()), TODAY, until_on=TODAY)
    assert all(0 < one["fen"] <= FEN_LIMIT for one in came)


@pytest.mark.parametrize(
    "terms",
    [
        {"formula": "subsidy_share", "months_total": 0},
        {"formula": "subsidy_share", "months_total": 3},
        {"formula": "remaining_share", "percent": 101},
        {"formula": "remaining_share", "monthly_fen": FEN_LIMIT, "percent": 100},
        {"formula": "minimum_spend", "minimum_fen": FEN_LIMIT},
        {"formula": "minimum_spend", "signed_on": "2027-07-01", "published_on": "2025-01-01"},
    ],
    ids=lambda terms: "-".join(str(value) for value in terms.values()),
)
def test_terms_that_cannot_be_owe_nothing_and_say_so_c_03(terms: dict[str, Any]) -> None:
    facts = a_contract(**terms)
    penalty = contract.penalty_of(facts, TODAY)
    assert penalty is not None
    assert (penalty.owed_fen, penalty.refused, penalty.document) == (0, "impossible", "")
    (found,) = contract.findings({"contracts": [facts]}, today=TODAY)
    assert (found.key, found.severity, found.holds_the_case) == ("contract.impossible", "INFO", False)


@pytest.mark.parametrize("document", [{"id": "", "sha256": "ab" * 32}, {"id": "d1", "sha256": "zz"}, None])
def test_what_is_no_document_proves_no_penalty_c_03(document: dict[str, str] | None) -> None:
    penalty = contract.penalty_of(a_contract(document=document), TODAY)
    assert penalty is not None
    assert (penalty.owed_fen, penalty.refused) == (0, "no_document")


def a_contract(**also: Any) -> dict[str, Any]:
    """A contract on paper with 7 months left of 24, and what the test changes in it."""
    terms = {"id": "k1", "kind": "terminal", "name": "购机合约", "signed_on": "2025-07-01", "ends_on": "2027-06-30"}
    figures = {"monthly_fen": 5800, "months_total": 24, "subsidy_fen": 120000, "claimed_fen": 0, "minimum_fen": 100}
    paper = {"published_on": "2025-01-01", "document": {"id": "d1", "sha256": "ab" * 32}}
    return {**terms, **figures, **paper, "formula": "remaining_share", "percent": 30, **also}
