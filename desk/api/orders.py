"""Orders between provinces: the home province answers, the visited one chases and sends what was missing (C-17)."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from rest_framework import serializers

from closure.api import shown
from closure.api.shapes import Answered
from closure.api.waiting import OrderShown, SupplySent, order_row
from closure.models import Case, Supplement
from closure.queries import HOME_KINDS, MENDED_KINDS
from closure.services import answering, supplying
from desk.queries import ALL, HERE, ROUTED, orders_here, waiting_orders
from portal import work_orders
from portal.api.fields import Sent, Text, Word
from portal.api.operations import WITH_PHOTO, Call, operation
from portal.api.paging import ListQuery, page_of
from portal.errors import Missing, Refused
from portal.work_orders import OrderResult, WorkOrder

MOST_MISSING, LONGEST_MISSING = 10, 200


class OrdersQuery(ListQuery):
    """Which orders: all that wait for an answer, those of this province to answer, or those sent from here."""

    tab = Word([ALL, ROUTED, HERE], required=False, help_text="routed: ours to answer; here: sent from here.")
    kind = Word(HOME_KINDS + MENDED_KINDS, required=False)


class AnswerToOrder(Sent):
    """One of the five results; whatever is not `closed` says what is missing, in words for the person."""

    result = Word(OrderResult.values)
    missing = serializers.ListField(
        child=Text(max_length=LONGEST_MISSING), required=False, max_length=MOST_MISSING, help_text="What is missing."
    )
    example: ClassVar[dict[str, Any]] = {"result": "attachment_missing", "missing": ["…"]}


class AnswerGiven(Answered):
    """One earlier answer of the home province."""

    result = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    store = serializers.CharField()
    at = serializers.DateTimeField()


class SuppliedShown(Answered):
    """What was sent after a return; its file is fetched by its id, and that is recorded."""

    ref = serializers.CharField()
    note = serializers.CharField()
    kind = serializers.CharField(help_text="pdf, jpeg, png, or empty without a file.")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    at = serializers.DateTimeField()


class OrderRow(OrderShown):
    """One order in the operator's list; `number` is masked."""

    case_ref = serializers.CharField()
    case_no = serializers.CharField()
    number = serializers.CharField(help_text="Masked.")
    province = serializers.CharField(help_text="The home province, which answers.")
    visiting_province = serializers.CharField()
    opened_at = serializers.DateTimeField()
    may_answer = serializers.BooleanField()


class OrderHere(OrderRow):
    """One order with everything said about it."""

    answers = AnswerGiven(many=True)
    supplied = SuppliedShown(many=True)
    example: ClassVar[dict[str, Any]] = {
        "ref": "0" * 26,
        "kind": "untie",
        "title": "…",
        "state": "OPEN",
        "state_words": "…",
        "waits_for": "province",
        "who": "…",
        "result": "",
        "missing": [],
        "sends": 1,
        "chases": 0,
        "due_at": "2026-11-25T10:12:00+08:00",
        "case_ref": "0" * 26,
        "case_no": "XH261124-00000000",
        "number": "161****0000",
        "province": "35",
        "visiting_province": "32",
        "opened_at": "2026-11-24T10:12:00+08:00",
        "may_answer": True,
        "answers": [],
        "supplied": [],
    }


class OrderRows(Answered):
    """A page of orders, newest first."""

    items = OrderRow(many=True)
    next = serializers.CharField(allow_null=True)


class FileGiven(Answered):
    """A file that was sent with an order, in base 64."""

    kind = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField()


def _row(order: WorkOrder, case: Case, call: Call) -> dict[str, Any]:
    return order_row(order, case, call.lang) | {
        "case_ref": case.ref,
        "case_no": case.case_no or "",
        "number": case.number.masked,
        "province": order.province,
        "visiting_province": case.visiting_province,
        "opened_at": order.opened_at,
        "may_answer": order.province == call.actor.province and order.waits_for == "province",
    }


def _whole(order: WorkOrder, case: Case, call: Call) -> dict[str, Any]:
    sent = Supplement.objects.filter(case=case, order_ref=order.ref).order_by("pk")
    own = ("ref", "kind", "bytes", "sha256", "at")
    return _row(order, case, call) | {
        "answers": list(order.answers.order_by("pk").values("result", "missing", "store", "at")),
        "supplied": [{name: getattr(row, name) for name in own} | {"note": supplying.note_of(row)} for row in sent],
    }


def _found(call: Call) -> tuple[WorkOrder, Case]:
    order = orders_here(call.actor).filter(ref=call.path["ref"]).first()
    case = Case.objects.filter(ref=order.case_ref).first() if order else None
    if order is None or case is None:
        raise Missing(shown.MISSING)
    return order, case


def _ours(call: Call, *, home: bool) -> tuple[WorkOrder, Case]:
    """An order whose answering (`home`) or chasing is this province's; Refused (403) for the other side."""
    order, case = _found(call)
    if (order.province == call.actor.province) != home:
        raise Refused("error.refused", rule_id="C-17")
    return order, case


@operation("operator_orders_list", "desk.orders", answer=OrderRows, query=OrdersQuery, rules=("C-07", "C-17"))
def list_orders(call: Call) -> dict[str, Any]:
    """List the orders that wait: those this province has to answer, and those sent from it.

    Orders about money that was paid into a line belong to no case and are not among them.
    """
    rows = waiting_orders(call.actor, call.query.get("tab", ALL))
    if kind := call.query.get("kind"):
        rows = rows.filter(kind=kind)
    found, following = page_of(call, rows)
    cases = Case.objects.in_bulk([order.case_ref for order in found], field_name="ref")
    items = [_row(order, cases[order.case_ref], call) for order in found if order.case_ref in cases]
    return {"items": items, "next": following}


@operation("operator_orders_read", "desk.orders", answer=OrderHere, rules=("C-17",))
def read_order(call: Call) -> dict[str, Any]:
    """Show one order with its answers and what was sent."""
    return _whole(*_found(call), call)


@operation("operator_orders_answer", "desk.orders", answer=OrderHere, body=AnswerToOrder, rules=("C-17",))
def answer(call: Call) -> dict[str, Any]:
    """Answer an order of this province with one of the five results.

    `data_wrong`, `attachment_missing` and `attachment_unusable` return it to the person, who is told what is missing
    and until when it may be sent; none of them ends it. `closed` is no proof: only the province's system is.
    """
    order, case = _ours(call, home=True)
    missing = call.body.get("missing", [])
    return _whole(answering.answer(case, order.key, call.body["result"], missing=missing, by=call.actor), case, call)


@operation("operator_orders_chase", "desk.orders", answer=OrderHere, rules=("C-17",))
def chase(call: Call) -> dict[str, Any]:
    """Ask the home province where an order stays; it is counted, and its limit does not move."""
    order, case = _ours(call, home=False)
    return _whole(work_orders.chase(order.key, by=call.actor), case, call)


@operation(
    "operator_orders_supply", "desk.orders", answer=OrderHere, body=SupplySent, limit=WITH_PHOTO, rules=("C-17",)
)
def supply(call: Call) -> dict[str, Any]:
    """Send an order again with what was missing, for the person in the visited store."""
    (order, case), body = _ours(call, home=False), call.body
    note, content = body.get("note", ""), body.get("attachment", b"")
    sent = supplying.supply(case, order, note=note, content=content, sends=body["sends"], by=call.actor)
    return _whole(sent, case, call)


@operation("operator_orders_file", "desk.orders", answer=FileGiven, keeps=False, rules=("C-17", "D-02"))
def file(call: Call) -> dict[str, Any]:
    """Give a file that was sent with an order; that somebody looked stands in the audit chain and on the holder's page.

    Therefore a POST.
    """
    order, case = _found(call)
    row = Supplement.objects.filter(case=case, order_ref=order.ref, ref=call.path["file"]).exclude(kind="").first()
    if row is None:
        raise Missing(shown.MISSING)
    content = base64.b64encode(supplying.content_of(row, by=call.actor)).decode()
    return {"kind": row.kind, "sha256": row.sha256, "content": content}
