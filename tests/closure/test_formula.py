"""A penalty names its formula's version and both dates; published after signing, or never, it is 0 (C-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bss.simulated import ContractSpec
from closure import states
from closure.api import shown as api
from closure.models import Case
from closure.queries import current_quote, latest_findings
from closure.services import payment
from closure.words.shown import fees
from tests.closure.conftest import World

PAPER: dict[str, Any] = {"ends_on": date(2027, 6, 30), "document_id": "d1", "document_sha256": "ab" * 32}


@pytest.fixture
def quoted(world: World, fujian: Callable[..., None]) -> Callable[..., Case]:
    """A quoted case with one contract, and what the test adds to it."""

    def make(**also: Any) -> Case:
        fujian(contracts=[ContractSpec("k1", **PAPER, **also)])
        return world.quoted()

    return make


def told(case: Case) -> tuple[str, dict[str, Any]]:
    """The penalty's terms on the page, and its line in the API."""
    quote = current_quote(case)
    assert quote is not None
    page = fees(quote, "zh")["groups"][0]["rows"][0]["terms"]
    return page, api.quote(quote, case, "zh")["lines"][0]


def test_the_quote_says_which_version_published_when_and_signed_when_c_03(quoted: Callable[..., Case]) -> None:
    page, line = told(quoted(version="3"))
    assert page == "公式第 3 版，2025年6月1日公布，合同 2025年12月1日签"
    assert line["terms"] == {
        "version": "3",
        "published_on": "2025-06-01",
        "signed_on": "2025-12-01",
        "published_before_signing": True,
        "words": page,
    }


def test_a_formula_published_after_the_signing_shows_both_dates_and_costs_nothing_c_03(
    quoted: Callable[..., Case],
) -> None:
    page, line = told(quoted(version="4", published_on=date(2025, 12, 2)))
    assert "2025年12月2日公布，合同 2025年12月1日签" in page
    assert (line["fen"], line["claimed_fen"], line["terms"]["published_before_signing"]) == (0, 12180, False)


def test_a_formula_that_was_never_published_costs_nothing_c_03(quoted: Callable[..., Case]) -> None:
    case = quoted(published_on=None)
    page, line = told(case)
    assert page == "公式没有公布过，合同 2025年12月1日签"
    assert (line["fen"], line["formula"]) == (0, "算法没有公布过，不收")
    assert latest_findings(case).filter(key="contract.not_published", severity="INFO").exists()


def test_a_province_that_names_no_version_still_says_its_dates(quoted: Callable[..., Case]) -> None:
    page, line = told(quoted())
    assert page.startswith("2025年6月1日公布")
    assert line["terms"]["version"] == ""


def test_terms_that_cannot_be_are_named_cost_nothing_and_the_line_closes_c_03(
    quoted: Callable[..., Case], world: World
) -> None:
    case = quoted(formula="subsidy_share", months_total=0)
    _page, line = told(case)
    assert (line["fen"], line["formula"]) == (0, "合约条款有错，不收")
    assert latest_findings(case).filter(key="contract.impossible", severity="INFO").exists()
    payment.settle_without_payment(case, 1, by=world.by)
    assert world.work(case).state == states.CLOSED
