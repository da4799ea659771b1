"""Questions and commands as TM Forum resources: whatever is said one way is read the other way."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bss.adapters import Order
from bss.answers import Ending
from bss.questions import DONE_FACTS, QUESTIONS, VERBS
from bss.shapes import FEN_LIMIT, Malformed
from bss.tmforum import ordering, readings, searches
from bss.tmforum.places import Day, Money
from portal.clock import SHANGHAI
from tests.bss import mapping
from tests.bss.shaped import LETTERS, shaped

NUMBER = "16135006721"
AT = datetime(2026, 11, 24, 10, 12, tzinfo=SHANGHAI)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**13), 10**13) | st.text(LETTERS, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS, max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    *("number", "tie_id", "contract_id", "command_id", "fen", "route", "bills", "paid_fen", "applied_fen"),
    *("unbilled_fen", "late_fee_fen", "penalty_fen", "disputed", "barred", "free_hours", "directive", "replaces"),
)
BILLS = st.lists(st.fixed_dictionaries({"month": st.just("2026-10"), "fen": st.integers(0, 10**6)}), max_size=3)
PAYLOADS = st.dictionaries(st.sampled_from(KEYS), JSON | BILLS | st.integers(0, FEN_LIMIT), max_size=6)


def over_the_wire(value: Any) -> Any:
    """What the other side decodes."""
    return json.loads(json.dumps(value))


def with_its_sum(question: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Facts whose total is the sum of its parts, and whose open lists are there."""
    if (total := readings.READINGS[question].total) is not None:
        facts = {**facts, total[0]: sum(one[total[2]] for one in facts[total[1]])}
    return {**facts, "charges": facts.get("charges", [])} if question == "roaming" else facts


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_answer_is_read_as_it_was_written(question: str, data: st.DataObject) -> None:
    facts = with_its_sum(question, data.draw(shaped(QUESTIONS[question])))
    listing = over_the_wire(readings.READINGS[question].out(facts, NUMBER))
    assert readings.READINGS[question].back(listing, NUMBER) == facts


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=40, deadline=None)
@given(about=st.dictionaries(st.sampled_from(["number", "name", "id", "case_ref", "item", "since", "directive"]), JSON))
def test_every_question_arrives_as_it_was_asked(question: str, about: dict[str, Any]) -> None:
    filter_ = searches.filter_of(question, about)
    assert searches.asked_by(readings.READINGS[question].collection, filter_) == (question, about)


@pytest.mark.parametrize("verb", sorted(VERBS))
@settings(max_examples=40, deadline=None)
@given(payload=PAYLOADS, since=st.none() | st.just(AT))
def test_every_command_arrives_as_it_was_given(verb: str, payload: dict[str, Any], since: datetime | None) -> None:
    given_ = Order("k" * 26, verb, {**payload, "case_ref": "c" * 26}, "c" * 26, AT, since)
    collection, resource = ordering.written(given_, given_.payload)
    assert ordering.read(collection, over_the_wire(resource)) == given_


@pytest.mark.parametrize("verb", sorted(VERBS))
@settings(max_examples=40, deadline=None)
@given(facts=shaped(DONE_FACTS))
def test_every_outcome_is_read_as_it_was_told(verb: str, facts: dict[str, Any]) -> None:
    collection = ordering.FORMS[verb].collection
    done = over_the_wire(ordering.told(verb, "k" * 26, {"ending": "done", "facts": facts}))
    assert ordering.understood(collection, done, "k" * 26) == (Ending.DONE, facts, "", "")
    no = {"ending": "refused", "facts": {}, "code": "2067", "words": "欠费 38.00 元"}
    refused = over_the_wire(ordering.told(verb, "k" * 26, no))
    assert ordering.understood(collection, refused, "k" * 26) == (Ending.REFUSED, {}, "2067", "欠费 38.00 元")


def test_the_page_shows_the_tables_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs/provinces-over-http.md").read_text(encoding="utf-8")
    assert page.endswith("\n".join(mapping.lines()) + "\n")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_resource_of_another_kind_or_line_is_malformed(question: str) -> None:
    reading = readings.READINGS[question]
    listing = [{"@type": part.table.type} for part in reading.parts]
    spoilt: list[Any] = [None, {}, [None], [{"@type": "Other"}], [{"@type": ["x"]}], [1.5], listing * 501]
    for one in spoilt:
        with pytest.raises(Malformed):
            reading.back(one, NUMBER)


@pytest.mark.parametrize("yuan", [0.001, 1e11, -1e11, True, "1", None, [1], {"value": 1}])
def test_what_is_no_whole_fen_in_yuan_is_malformed(yuan: Any) -> None:
    with pytest.raises(Malformed):
        Money().back({"value": yuan, "unit": "CNY"}, "$")
    with pytest.raises(Malformed):
        Money().back({"value": 1, "unit": "USD"}, "$")


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-24T00:00:00", "0001-01-01T00:00:00+08:00", "x" * 99, 7, None])
def test_what_is_no_instant_is_no_day(day: Any) -> None:
    with pytest.raises(Malformed):
        Day().back(day, "$")


def test_a_day_told_in_another_zone_is_the_day_in_shanghai() -> None:
    assert Day().back("2026-11-23T16:00:00Z", "$") == "2026-11-24"


@pytest.mark.parametrize("spoilt", [{}, {"externalId": "x" * 41}, {"externalId": 5}, None, []])
def test_an_order_that_lacks_what_it_needs_is_malformed(spoilt: Any) -> None:
    given_ = Order("k" * 26, "close_line", {"number": NUMBER, "case_ref": "c" * 26}, "c" * 26, AT, None)
    collection, resource = ordering.written(given_, given_.payload)
    whole = {**resource, **spoilt} if spoilt else spoilt
    with pytest.raises(Malformed):
        ordering.read(collection, whole)
