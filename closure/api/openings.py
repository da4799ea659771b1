"""Where a number can be closed from when: province × channel × date; the rows are the administrator's to add (C-16)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api.shapes import Answered
from closure.models import Opening
from closure.queries import openings_in_force
from closure.services import openings
from portal import clock
from portal.api.fields import Pattern, ProvinceField, Sent, Word
from portal.api.figures import Day
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Invalid
from portal.lexicon import say
from portal.models import Operator


class OpeningsQuery(ListQuery):
    """Which rows, and on which day they are judged."""

    operator = Pattern(r"^[0-9]{3}$", required=False)
    province = ProvinceField(required=False, help_text="The number's home province.")
    channel = Word(openings.CHANNELS, required=False)
    on = Day(required=False, help_text="Today without it.")


class OpeningSent(Sent):
    """From that day the channel is open to that circle; a later row for the same takes its place."""

    operator = Pattern(r"^[0-9]{3}$")
    province = ProvinceField()
    channel = Word(openings.CHANNELS)
    circle = Word(openings.CIRCLES)
    from_on = Day()
    example: ClassVar[dict[str, Any]] = {
        "operator": "161",
        "province": "35",
        "channel": "web",
        "circle": "single",
        "from_on": "2026-12-01",
    }


class OpeningShown(Answered):
    """One row in force; what is open to all is open to single cards too."""

    operator = serializers.CharField()
    province = serializers.CharField()
    channel = serializers.ChoiceField(openings.CHANNELS)
    circle = serializers.ChoiceField(openings.CIRCLES)
    from_on = serializers.DateField()
    is_open = serializers.BooleanField()
    words = serializers.CharField()
    example: ClassVar[dict[str, Any]] = {
        "operator": "161",
        "province": "35",
        "channel": "web",
        "circle": "single",
        "from_on": "2026-12-01",
        "is_open": False,
        "words": "…",
    }


class OpeningList(Answered):
    """A page of rows."""

    items = OpeningShown(many=True)
    next = serializers.CharField(allow_null=True)


def _shown(row: Opening, call: Call) -> dict[str, Any]:
    is_open = row.from_on <= call.query.get("on", clock.today())
    key = "closure.openings.open" if is_open else "closure.openings.from"
    words = say(key, call.lang) if is_open else say(key, call.lang, on=row.from_on)
    own = ("operator", "province", "channel", "circle", "from_on")
    return {name: getattr(row, name) for name in own} | {"is_open": is_open, "words": words}


@operation("openings_list", "closure.openings", answer=OpeningList, query=OpeningsQuery, rules=("C-16",))
def list_openings(call: Call) -> dict[str, Any]:
    """List from when each home province is open, by channel and circle; the latest row of each counts.

    A place without a row is open to everybody.
    """
    wanted = {name: call.query[name] for name in ("operator", "province", "channel") if name in call.query}
    return listed(call, openings_in_force().filter(**wanted), lambda row: _shown(row, call))


@operation("openings_create", "closure.openings.edit", answer=OpeningShown, body=OpeningSent, http=201, rules=("C-16",))
def set_opening(call: Call) -> dict[str, Any]:
    """Add a row; nothing is changed or taken away."""
    body = call.body
    if not Operator.objects.filter(code=body["operator"]).exists():
        raise Invalid("error.opening.place", field="operator", rule_id="C-16")
    row = openings.set_opening(
        body["operator"], body["province"], body["channel"], body["circle"], body["from_on"], by=call.actor
    )
    return _shown(row, call)
