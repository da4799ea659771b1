"""What waits for somebody: orders to the home province, and the contacts it made meanwhile (C-07, C-14, C-17)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import Answered
from closure.models import Case
from closure.models.contact import CHANNELS
from closure.queries import orders_of
from closure.services import contacts, supplying
from closure.words.order import title_of, who_of
from portal import work_orders
from portal.api.fields import Flag, Photo, Sent, Text, Whole, Word
from portal.api.operations import WITH_PHOTO, Call, operation
from portal.errors import Missing
from portal.lexicon import say
from portal.work_orders import WorkOrder


class OrderShown(Answered):
    """One order: what, whose turn, until when; `missing` is what the province asks for, in its words."""

    ref = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    state_words = serializers.CharField()
    waits_for = serializers.CharField()
    who = serializers.CharField()
    result = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    sends = serializers.IntegerField()
    chases = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)


class OrderList(Answered):
    """The orders of a closure, in the order they were opened."""

    items = OrderShown(many=True)


class SupplySent(Sent):
    """What was missing; `sends` is the sending that came back, so that the same call twice sends once."""

    sends = Whole(min_value=0, max_value=1_000)
    note = Text(required=False, max_length=500)
    attachment = Photo(required=False, help_text="A PDF, JPEG or PNG in base 64.")
    example: ClassVar[dict[str, Any]] = {"sends": 1, "note": "…"}


class ContactTold(Sent):
    """A contact nobody entered; `stay`: they tried to make the person stay."""

    channel = Word(CHANNELS)
    stay = Flag(required=False)
    example: ClassVar[dict[str, Any]] = {"channel": "phone", "stay": True}


class ContactShown(Answered):
    """One contact of the log."""

    at = serializers.DateTimeField()
    channel = serializers.CharField()
    purpose = serializers.CharField()
    outcome = serializers.CharField()
    refused = serializers.BooleanField()
    reported = serializers.BooleanField()


class ContactList(Answered):
    """Every contact of a closure, newest first."""

    items = ContactShown(many=True)


def order_row(order: WorkOrder, case: Case, lang: str) -> dict[str, Any]:
    """One order as both sides read it."""
    own = ("ref", "kind", "state", "result", "missing", "sends", "chases", "due_at")
    return {name: getattr(order, name) for name in own} | {
        "title": title_of(order, lang),
        "state_words": say(f"order.state.{order.state}", lang),
        "waits_for": order.waits_for or "",
        "who": who_of(case, order, lang) if order.waits_for else "",
    }


def _found(call: Call) -> tuple[Case, WorkOrder]:
    case = shown.case_of(call)
    order = next((one for one in orders_of(case) if one.ref == call.path["order"]), None)
    if order is None:
        raise Missing(shown.MISSING)
    return case, order


@operation("closures_orders_list", "closure.look", answer=OrderList, rules=("C-07", "C-17"))
def list_orders(call: Call) -> dict[str, Any]:
    """List the orders of a closure to its home province, ties and the closing itself."""
    case = shown.case_of(call)
    return {"items": [order_row(order, case, call.lang) for order in orders_of(case)]}


@operation("closures_orders_chase", "closure.act", answer=OrderShown, rules=("C-17",))
def chase(call: Call) -> dict[str, Any]:
    """Ask where an order stays; it is counted, and its limit does not move."""
    case, order = _found(call)
    return order_row(work_orders.chase(order.key, by=call.actor), case, call.lang)


@operation(
    "closures_orders_supply", "closure.act", answer=OrderShown, body=SupplySent, limit=WITH_PHOTO, rules=("C-17",)
)
def supply(call: Call) -> dict[str, Any]:
    """Send an order again with what was missing."""
    (case, order), body = _found(call), call.body
    sent = supplying.supply(
        case,
        order,
        note=body.get("note", ""),
        content=body.get("attachment", b""),
        sends=body["sends"],
        by=call.actor,
    )
    return order_row(sent, case, call.lang)


@operation("closures_contacts_list", "closure.look", answer=ContactList, rules=("C-14",))
def list_contacts(call: Call) -> dict[str, Any]:
    """List who contacted the subscriber during a closure."""
    rows = shown.case_of(call).contact_log.order_by("-at", "-pk")[:100]
    return {"items": [contact_row(row) for row in rows]}


def contact_row(row: Any) -> dict[str, Any]:
    """One contact of the log."""
    return {name: getattr(row, name) for name in ("at", "channel", "purpose", "outcome", "refused", "reported")}


@operation("closures_contacts_report", "closure.act", answer=ContactShown, body=ContactTold, http=201, rules=("C-14",))
def report(call: Call) -> dict[str, Any]:
    """Tell of a contact that is not in the list."""
    stay = call.body.get("stay", False)
    return contact_row(contacts.report(shown.case_of(call), channel=call.body["channel"], stay=stay, by=call.actor))
