"""No step between the filing and the verification asks anybody to stay (C-14)."""

from __future__ import annotations

import re
from pathlib import Path

from closure import states
from closure.models.contact import PURPOSES
from portal.lexicon import texts
from portal.routes import all_routes

STAYING = re.compile("挽留|别走|再考虑|真的要销|确定要离开|专属优惠|留下来")
BEFORE = {"closure-start", "closure-identity", "closure-confirm", "closure-list", "closure-find", "closure-other"}


def test_a_filed_case_goes_nowhere_but_to_its_verification_or_its_end() -> None:
    assert states.TRANSITIONS[states.DRAFT] == {states.FILED}
    assert states.TRANSITIONS[states.FILED] == {states.VERIFYING, states.WITHDRAWN, states.LAPSED}


def test_the_filing_leads_straight_to_the_result() -> None:
    source = Path("closure/pages/confirm.py").read_text(encoding="utf-8")
    assert re.findall(r'return redirect\("(closure-[a-z]+)"', source).count("closure-result") == 1
    names = {one.name for one in all_routes() if one.name.startswith("closure-")}
    assert not [name for name in names - BEFORE if re.search("retain|stay|offer|keep", name)]


def test_no_page_of_ours_asks_anybody_to_stay() -> None:
    assert [key for key, text in texts().items() if STAYING.search(text["zh"])] == []


def test_asking_to_stay_is_no_purpose_of_a_contact() -> None:
    assert not set(PURPOSES) & {"stay", "retain", "offer"}
