"""Each command as a resource that is created, and its outcome as the resource that was made (TMF 622, 676).

`externalId` (622) or `correlatorId` (676) is the command id; `not_after` and `effective_at` are characteristics. What
of a payload TM Forum has a name for stands there; the rest are characteristics of the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bss.adapters import Order
from bss.answers import Ending
from bss.questions import VERBS
from bss.shapes import Malformed
from bss.tmforum.places import Many, Money, Month, Plain, Resource, Row, Table
from bss.tmforum.readings import ORDER

PAYMENT = "/payment/v4/payment"
REFUND = "/payment/v4/refund"
COLLECTIONS = (ORDER, PAYMENT, REFUND)
_MONEY = Money()
# TM Forum wants both in a payment; whose it is and how it was paid is known to who asked, and is not said again.
_MADE = {"account.id": "withheld", "paymentMethod.@type": "withheld"}
_ITEM = "productOrderItem[0]"
_PRODUCT = f"{_ITEM}.product"


class Under(Exception):
    """The province has taken the order and not ended it: neither done nor refused."""


def _bill_item() -> Table:
    rows = (Row("month", "item.id", Month()), Row("fen", "amount", _MONEY))
    return Table(rows, fixed={"item.@referredType": "CustomerBill"})


@dataclass(frozen=True)
class Form:
    """How one verb is written: its collection, the table of its payload, its id, and of its outcome when it was done
    and what stands in it beside.
    """

    collection: str
    table: Table
    ref: str
    done_at: str
    made: Mapping[str, str]


def _order(action: str, *rows: Row, related: str = "") -> Form:
    item = {f"{_ITEM}.id": "1", f"{_ITEM}.action": action}
    places = {"tie": f"{_PRODUCT}.productRelationship[0]", "reverses": f"{_ITEM}.productOrderItemRelationship[0]"}
    also = {f"{places[related]}.relationshipType": related} if related else {}
    table = Table(
        (Row("number", f"{_PRODUCT}.productSerialNumber", optional=True), *rows),
        type="ProductOrder",
        base="ProductOrder",
        fixed={**item, **also},
        bag=f"{_PRODUCT}.productCharacteristic",
    )
    return Form(ORDER, table, "externalId", "completionDate", item)


def _money(collection: str, done_at: str, method: str, *rows: Row) -> Form:
    kind = "Refund" if collection == REFUND else "Payment"
    fixed = {"account.@referredType": "Line"} | ({"paymentMethod.@type": method} if method else {})
    number = Row("number", "account.id", optional=True)
    table = Table((number, *rows), type=kind, base=kind, fixed=fixed, bag="characteristic")
    return Form(collection, table, "correlatorId", done_at, _MADE)


_TIE = Row("tie_id", f"{_PRODUCT}.productRelationship[0].product.id", optional=True)
_REVERSED = Row("command_id", f"{_ITEM}.productOrderItemRelationship[0].id", optional=True)
_SETTLEMENT = (
    Row("paid_fen", "totalAmount", _MONEY, optional=True),
    Row("bills", "paymentItem", Many(_bill_item()), optional=True),
    *(Row(f"{name}_fen", f"#{name}", _MONEY, optional=True) for name in ("applied", "unbilled", "late_fee", "penalty")),
)
FORMS: dict[str, Form] = {
    "stop_charging": _order("modify"),
    "resume_charging": _order("modify"),
    "prepare_tie": _order("modify", _TIE, related="tie"),
    "cancel_tie": _order("modify", _TIE, related="tie"),
    "execute_tie": _order("modify", _TIE, related="tie"),
    "release_contract": _order("modify", Row("contract_id", f"{_PRODUCT}.agreement[0].id", optional=True)),
    "close_line": _order("delete"),
    "reopen_line": _order("add"),
    "restore_service": _order("modify"),
    "reverse": _order("modify", _REVERSED, related="reverses"),
    "settle": _money(PAYMENT, "paymentDate", "collectedByAgent", *_SETTLEMENT),
    "settle_claim": _money(PAYMENT, "paymentDate", "collectedByAgent", *_SETTLEMENT),
    "pay_in": _money(PAYMENT, "paymentDate", "collectedByAgent", Row("fen", "totalAmount", _MONEY, optional=True)),
    "refund": _money(
        REFUND,
        "refundDate",
        "",
        Row("fen", "totalAmount", _MONEY, optional=True),
        Row("route", "paymentMethod.@type", optional=True),
    ),
}
# What an outcome may say beside its state (bss.questions.DONE_FACTS).
_SAID = (
    *(Row(one, f"#{one}", optional=True) for one in ("effective_at", "closed_at", "free_service_until", "change")),
    Row("price_fen", "#price", _MONEY, optional=True),
    Row("on", "#on", Plain(), optional=True),
    Row("stands", "#stands", optional=True),
)
_VERB, _CASE, _UNTIL, _FROM = "verb", "case_ref", "not_after", "effective_at"


def written(order: Order, payload: Mapping[str, Any]) -> tuple[str, Resource]:
    """The collection and the resource to create there; `payload` is the order's in plain JSON values.

    A value that is not of the kind its place wants is left for the province to judge: it goes as a characteristic.
    """
    form = FORMS[order.verb]
    rows, rest = _parted(form.table, {key: value for key, value in payload.items() if key != _CASE})
    resource = form.table.out(rows)
    terms = {_VERB: order.verb, _CASE: order.case_ref, _UNTIL: order.not_after.isoformat()}
    terms |= {_FROM: order.effective_at.isoformat()} if order.effective_at else {}
    for name, value in {**terms, **{f"payload.{key}": value for key, value in rest.items()}}.items():
        form.table.add(resource, name, value)
    return form.collection, {form.ref: order.command_id, **resource}


def read(collection: str, resource: Any) -> Order:
    """The order a resource asks for. Raises Malformed, and so does an unknown verb or one of another collection."""
    form = next((one for one in FORMS.values() if one.collection == collection), None)
    if form is None or not isinstance(resource, dict):
        raise Malformed("$")
    terms = form.table.characteristics(resource, "$")
    verb = terms.get(_VERB)
    if not isinstance(verb, str) or verb not in VERBS or FORMS[verb].collection != collection:
        raise Malformed(f"$.{_VERB}")
    case_ref, command_id = _text(terms.get(_CASE), _CASE), _text(resource.get(form.ref), form.ref)
    rest = {key.removeprefix("payload."): value for key, value in terms.items() if key.startswith("payload.")}
    payload = {**FORMS[verb].table.back(resource, "$"), **rest, _CASE: case_ref}
    until, since = _instant(terms.get(_UNTIL)), terms.get(_FROM)
    return Order(command_id, verb, payload, case_ref, until, None if since is None else _instant(since))


def told(verb: str, command_id: str, envelope: Mapping[str, Any]) -> Resource:
    """The resource that tells an outcome: `envelope` is the province's own, done or refused."""
    form, facts = FORMS[verb], dict(envelope["facts"])
    done = envelope["ending"] == "done"
    table = _outcome_table(form, form.made)
    resource = {"id": command_id, form.ref: command_id, **table.out({"verb": verb, **facts})}
    resource[_state_of(form)] = "completed" if done else "rejected"
    if not done:
        resource["note"] = [{"id": envelope["code"], "text": envelope["words"]}]
    known = {row.fact for row in table.rows}
    return {**{key: value for key, value in facts.items() if key not in known}, **resource}


def understood(collection: str, resource: Any, command_id: str) -> tuple[Ending, dict[str, Any], str, str]:
    """Ending, facts, code and words of an outcome.

    Raises Malformed, also when it is of another command, and Under when the province has not ended it. Only a state
    that says that surely nothing was done is a refusal.
    """
    form = next(one for one in FORMS.values() if one.collection == collection)
    if not isinstance(resource, dict) or resource.get(form.ref) != command_id:
        raise Malformed(f"$.{form.ref}")
    state = resource.get(_state_of(form))
    facts = _outcome_table(form, {}).back(resource, "$")
    facts.pop("verb", None)
    if state == "completed":
        return Ending.DONE, facts, "", ""
    if state in ("rejected", "cancelled"):
        return (Ending.REFUSED, {}, *_note(resource))
    if isinstance(state, str):
        raise Under(state[:40])
    raise Malformed(f"$.{_state_of(form)}")


def _outcome_table(form: Form, fixed: Mapping[str, Any]) -> Table:
    rows = (Row("at", form.done_at, optional=True), Row("verb", f"#{_VERB}", optional=True), *_SAID)
    return Table(rows, type=form.table.type, base=form.table.base, fixed=fixed, bag=form.table.bag)


def _state_of(form: Form) -> str:
    return "state" if form.collection == ORDER else "status"


def _note(resource: Resource) -> tuple[str, str]:
    notes = resource.get("note")
    note = notes[0] if isinstance(notes, list) and notes else {}
    if not isinstance(note, dict):
        raise Malformed("$.note")
    code, words = note.get("id", ""), note.get("text", "")
    if not isinstance(code, str) or not isinstance(words, str):
        raise Malformed("$.note")
    return code, words


def _parted(table: Table, payload: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of a payload has a place of its own and is of its kind, and the rest."""
    rows: dict[str, Any] = {}
    for row in table.rows:
        if row.fact in payload and _fits(row, payload[row.fact]):
            rows[row.fact] = payload[row.fact]
    return rows, {key: value for key, value in payload.items() if key not in rows}


def _fits(row: Row, value: Any) -> bool:
    """Whether the place gives back the very value."""
    try:
        back = row.kind.back(row.kind.out(value), "$")
    except (Malformed, TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return False
    return bool(back == value and type(back) is type(value))


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 40:
        raise Malformed(f"$.{path}")
    return value


def _instant(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError as error:
        raise Malformed("$.not_after") from error
    if found is None or found.tzinfo is None:
        raise Malformed("$.not_after")
    return found
