"""The filter of a search: which question it asks, and about which line.

A search is POST with `X-HTTP-Method-Override: GET` and the filter as a form, because an address is written into logs
and the filter names a line and its holder. `@type` in the filter says which view of the collection is meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bss.shapes import Malformed
from bss.tmforum.readings import BILL, PRODUCT, RATE, READINGS

_BY_VIEW = {(reading.collection, reading.view): question for question, reading in READINGS.items()}
_NUMBER = {PRODUCT: "productSerialNumber", BILL: "billingAccount.id", RATE: "billingAccount.id"}
_NAMES = {
    "name": "relatedParty.name",
    "id": "relatedParty.id",
    "case_ref": "externalReference.id",
    "item": "billNo",
    "since": "confirmationDate.gte",
}
_OTHER = "characteristic."


def filter_of(question: str, about: Mapping[str, Any]) -> dict[str, str]:
    """The search's filter for what is asked `about` (plain JSON values): text under TM Forum's names, else JSON."""
    reading = READINGS[question]
    names = _names(reading.collection)
    named = {names.get(key, ""): value for key, value in about.items() if isinstance(value, str) and key in names}
    rest = {key: value for key, value in about.items() if names.get(key, "") not in named}
    others = {f"{_OTHER}{key}": json.dumps(value, ensure_ascii=False) for key, value in rest.items()}
    return {"@type": reading.view, **named, **others}


def asked_by(collection: str, filter_: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The question and what it is about. Raises Malformed when the view is none of ours or a name is unknown."""
    question = _BY_VIEW.get((collection, filter_.get("@type", "")))
    if question is None:
        raise Malformed("@type")
    ours = {theirs: key for key, theirs in _names(collection).items()}
    about: dict[str, Any] = {}
    for name, value in filter_.items():
        if name in ours:
            about[ours[name]] = value
        elif name.startswith(_OTHER):
            about[name.removeprefix(_OTHER)] = json.loads(value)
        elif name != "@type":
            raise Malformed("filter")
    return question, about


def _names(collection: str) -> dict[str, str]:
    return {"number": _NUMBER.get(collection, "product.id"), **_NAMES}
