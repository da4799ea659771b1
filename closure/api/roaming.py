"""What may still come from abroad: how it is paid, what has come, what became of what was kept (C-06)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import Answered
from closure.models import Case, RoamingTail
from closure.queries import current_quote, most_kept, tail_of
from closure.rules.roaming import WAYS
from closure.services import agreement
from closure.words import tail as said
from closure.words.tail import ways
from portal.api.fields import Sent, Word
from portal.api.operations import Call, operation
from portal.errors import Missing, Stale
from portal.roles import Role


class WayChosen(Sent):
    """`bill`: pay what comes on a page of its own. `keep`: keep something back of the refund, the rest returned."""

    way = Word(WAYS)
    example: ClassVar[dict[str, Any]] = {"way": "bill"}


class RoamingCharge(Answered):
    """A charge that has come and counts."""

    id = serializers.CharField()
    where = serializers.CharField()
    on = serializers.DateField()
    fen = serializers.IntegerField()


class RoamingShown(Answered):
    """The roaming tail; it holds nothing up. What kept money does not cover is among the claims."""

    state = serializers.ChoiceField(sorted({*RoamingTail.TRANSITIONS, "OVER"}))
    way = serializers.ChoiceField(WAYS)
    ways = serializers.ListField(child=serializers.CharField(), help_text="The ways offered now.")
    most_fen = serializers.IntegerField(help_text="The most that can be kept back of the quote in force.")
    agreed_at = serializers.DateTimeField(allow_null=True)
    until_on = serializers.DateField(allow_null=True, help_text="What comes after this day is not charged.")
    kept_fen = serializers.IntegerField()
    charges = RoamingCharge(many=True)
    charged_fen = serializers.IntegerField()
    taken_fen = serializers.IntegerField()
    back_fen = serializers.IntegerField()
    looked_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()


def _shown(case: Case, lang: str, *, secret: bool) -> dict[str, Any]:
    tail, quote = tail_of(case), current_quote(case)
    note = said.note(case, lang, secret=secret)
    if tail is None or quote is None or note is None:
        raise Missing(shown.MISSING)
    own = ("state", "way", "agreed_at", "until_on", "kept_fen", "charges", "charged_fen", "taken_fen", "back_fen")
    open_now = tail.state == "AGREED"
    return {name: getattr(tail, name) for name in (*own, "looked_at")} | {
        "ways": ways(case, quote) if open_now else [],
        "most_fen": most_kept(case, quote) if open_now else 0,
        "words": note["text"],
    }


@operation("closures_roaming_read", "closure.look", answer=RoamingShown, rules=("C-06",))
def read(call: Call) -> dict[str, Any]:
    """Show what may still come from abroad, and how it is paid; 404 where nothing is expected.

    A code for cash is in the words for the line alone.
    """
    return _shown(shown.case_of(call), call.lang, secret=call.actor.role == Role.SUBSCRIBER)


@operation(
    "closures_roaming_agree",
    "closure.act",
    answer=RoamingShown,
    body=WayChosen,
    if_match=True,
    errors=(412,),
    rules=("C-06",),
)
def agree(call: Call) -> dict[str, Any]:
    """Agree how it is paid, under the quote that was seen; another way than before makes a new quote."""
    case = shown.case_of(call)
    quote = current_quote(case)
    if quote is None or quote.seq != call.version:
        raise Stale("error.api.stale", rule_id="C-06")
    agreement.agree(case, call.body["way"], quote.seq, by=call.actor)
    case.refresh_from_db()
    return _shown(case, call.lang, secret=True)
