"""The API's money beside the quote: what a quote changed, the one number, the roaming tail (C-05, C-06, C-18)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from closure.models import Case
from tests.api.conftest import Caller, filed_by, for_line, raise_limits, said
from tests.closure.conftest import NUMBER, World
from tests.closure.test_roaming import CARD, JAPAN, LAST, OWN


@pytest.fixture
def abroad(world: World, fujian: Callable[..., None]) -> tuple[Caller, str]:
    """A quoted closure of somebody who was abroad and has 300.00 of their own; its caller and its address."""
    raise_limits()
    fujian(roamed=[JAPAN], roaming_by=LAST, buckets=[OWN])
    caller = for_line(NUMBER)
    ref = filed_by(caller)
    world.work(Case.objects.get(ref=ref))
    return caller, f"closures/{ref}"


def test_the_tail_is_read_and_agreed_under_the_quote_that_was_seen_c_06(abroad: tuple[Caller, str]) -> None:
    caller, here = abroad
    tail = said(caller.get(f"{here}/roaming"))
    assert (tail["state"], tail["ways"], tail["most_fen"], tail["until_on"]) == (
        "AGREED",
        ["bill", "keep"],
        10000,
        "2027-01-31",
    )
    assert caller.post(f"{here}/roaming", {"way": "keep"}, If_Match='"9"').status_code == 412
    assert said(caller.post(f"{here}/roaming", {"way": "keep"}, If_Match='"1"'))["way"] == "keep"


def test_a_new_quote_names_its_changes_c_05(abroad: tuple[Caller, str]) -> None:
    caller, here = abroad
    caller.post(f"{here}/roaming", {"way": "keep"}, If_Match='"1"')
    replaced = said(caller.get(f"{here}/quote"))["replaces"]
    (change,) = replaced["changes"]
    assert (replaced["total_fen"], change["kind"], change["before_fen"], change["after_fen"]) == (
        -30000,
        "kept",
        None,
        10000,
    )


def test_refund_and_receipt_bear_one_number_c_18(world: World, abroad: tuple[Caller, str]) -> None:
    caller, here = abroad
    caller.post(f"{here}/acknowledgement")
    answer = caller.post(f"{here}/refund", {"route": "card", "destination": CARD}, If_Match='"1"')
    assert answer.status_code == 202
    case = world.work(Case.objects.get())
    receipt, refund = said(caller.get(f"{here}/receipt")), said(caller.get(f"{here}/refund"))
    assert receipt["number"] == refund["number"] == f"SJ{(case.case_no or '')[2:]}"
    assert [(row["purpose"], row["fen"]) for row in receipt["entries"]] == [
        ("owe_refund", 30000),
        ("pay_refund", 30000),
    ]


def test_a_closure_that_expects_nothing_has_no_tail(world: World, fujian: Callable[..., None]) -> None:
    raise_limits()
    fujian()
    caller = for_line(NUMBER)
    ref = filed_by(caller)
    world.work(Case.objects.get(ref=ref))
    assert caller.get(f"closures/{ref}/roaming").status_code == 404
