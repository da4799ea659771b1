"""What a simulated province knows, put into the envelope of `bss.questions`."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor
from psycopg2.extras import RealDictCursor

from bss.simulated.tempers import Mood
from portal.clock import SHANGHAI
from portal.masked import PersonName
from portal.rules.identity import same_name

Row = dict[str, Any]
NO_SUCH_LINE = ("no_such_line", "查无此号码")


class Refusal(Exception):
    """The province says no: its code and its words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


def envelope(ending: str, clock: datetime, *, facts: Any = None, code: str = "", words: str = "") -> Row:
    """A reply as it travels."""
    return {"ending": ending, "clock": clock.isoformat(), "facts": facts or {}, "code": code, "words": words}


def encoded(reply: Row) -> bytes:
    """The reply's bytes; dates and instants become ISO text."""
    return json.dumps(reply, ensure_ascii=False, default=_iso).encode()


def line_of(db: cursor, number: object, *, lock: bool = False) -> Row:
    """The line, locked for an order; Refusal when the province does not know it."""
    if lock:
        db.execute("SELECT FROM lines WHERE number = %s FOR UPDATE", [number])
    found = rows(db, "SELECT * FROM lines WHERE number = %s", number)
    if not found:
        raise Refusal(*NO_SUCH_LINE)
    return found[0]


def rows(db: cursor, query: str, *values: object) -> list[Row]:
    """All rows of a query as dictionaries."""
    with db.connection.cursor(cursor_factory=RealDictCursor) as named:
        named.execute(query, values)
        return [dict(row) for row in named.fetchall()]


def unpaid(db: cursor, number: str) -> list[Row]:
    """The bills not wholly paid, oldest first."""
    query = (
        "SELECT month, fen - paid_fen AS unpaid_fen, due_on, carried FROM bills"
        " WHERE number = %s AND fen > paid_fen ORDER BY month"
    )
    return rows(db, query, number)


def answer(db: cursor, question: str, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    """The facts of one question; Refusal when the line is unknown."""
    if question == "effects":
        return _effects(db, about)
    line = line_of(db, about.get("number"))
    return _ANSWERS[question](db, line, about, now, mood)


def _identity(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    named = same_name(PersonName(str(about.get("name", ""))), PersonName(line["holder_name"]))
    holds = rows(db, "SELECT authority, kind, since, object_to FROM holds WHERE number = %s", line["number"])
    return {
        "match": named and str(about.get("id", "")).upper() == line["holder_id"].upper(),
        "kind": line["holder_kind"],
        "real_name": line["real_name"],
        "line_state": line["state"],
        "holds": holds,
        "sms": line["sms"],
    }


def _password(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    """The service password of the line; a line without one matches nothing (C-08)."""
    held, typed = str(line["service_password"]).encode(), str(about.get("service_password", "")).encode()
    return {"match": bool(held) and hmac.compare_digest(held, typed)}


def _package(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    plan = rows(db, "SELECT code, name, monthly_fen FROM plans WHERE code = %s", line["plan_code"])[0]
    return {**plan, "single_card": line["single_card"], "goes_with_it": line["goes_with_it"]}


def _contract(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    found = rows(db, "SELECT * FROM contracts WHERE number = %s AND released_by IS NULL", line["number"])
    moved = timedelta(days=int(mood.knobs.get("moved_days", 0)))
    contracts = [_contract_facts(row, moved) for row in found]
    if mood.knobs.get("added_plan"):
        contracts.append(_added(str(mood.knobs["added_plan"]), now.date()))
    return {"contracts": contracts}


def _contract_facts(row: Row, moved: timedelta) -> Row:
    document = {"id": row["document_id"], "sha256": row["document_sha256"] or ""} if row["document_id"] else None
    hidden = {"number", "version", "document_id", "document_sha256", "released_by"}
    facts = {key: value for key, value in row.items() if key not in hidden}
    facts |= {"version": row["version"]} if row["version"] else {}
    return {**facts, "ends_on": row["ends_on"] + moved, "document": document}


def _added(name: str, today: date) -> Row:
    """A plan nobody asked for, as an obstructive province adds one between two questions (B-7)."""
    return {
        "id": "ADDED-1",
        "kind": "converged",
        "name": name,
        "signed_on": today,
        "ends_on": today + timedelta(days=365),
        "monthly_fen": 3000,
        "months_total": 12,
        "subsidy_fen": 0,
        "claimed_fen": 9000,
        "formula": "remaining_share",
        "percent": 30,
        "minimum_fen": 0,
        "published_on": None,
        "document": None,
    }


def _bills(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    query = "SELECT month, fen, paid_fen, issued_on, due_on FROM bills WHERE number = %s ORDER BY month"
    unbilled = None
    if line["unbilled_from"] is not None and not line["unbilled_settled"]:
        stopped = line["stopped_from"].astimezone(SHANGHAI).date() if line["stopped_from"] else now.date()
        plan = rows(db, "SELECT monthly_fen FROM plans WHERE code = %s", line["plan_code"])[0]
        unbilled = {"from": line["unbilled_from"], "through": max(line["unbilled_from"], stopped), **plan}
    return {"bills": rows(db, query, line["number"]), "unbilled": unbilled}


def _prepayment(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    query = "SELECT id, kind, fen, name FROM buckets WHERE number = %s ORDER BY id"
    return {"buckets": rows(db, query, line["number"])}


def _arrears(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    """Every issued bill not wholly paid, due or not: a line closes with none of them open (C-02)."""
    bills = unpaid(db, line["number"])
    return {"bills": bills, "total_fen": sum(bill["unpaid_fen"] for bill in bills)}


def _ties(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    query = (
        'SELECT id, kind, name, change, price_fen, on_date AS "on" FROM ties'
        " WHERE number = %s AND state <> 'untied' ORDER BY id"
    )
    going = {name: line[name] for name in ("points", "equipment", "coupons", "subscriptions", "auto_pay")}
    return {"ties": rows(db, query, line["number"]), **going}


def _roaming(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    query = 'SELECT place AS "where", on_date AS "on" FROM roamed WHERE number = %s ORDER BY on_date'
    stays = {"roamed": rows(db, query, line["number"]), "expected_by": line["roaming_by"]}
    arrived = (
        'SELECT id, place AS "where", on_date AS "on", fen, arrives_on AS arrived_on FROM roaming_charges'
        " WHERE number = %s AND arrives_on <= %s ORDER BY id"
    )
    return {**stays, "charges": rows(db, arrived, line["number"], now.astimezone(SHANGHAI).date())}


def _evidence(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    """An honest province shows the signed paper of a penalty and none for bills; the knob `proves` decides for it."""
    query = "SELECT document_id, document_sha256 FROM contracts WHERE number = %s AND id = %s AND document_id <> ''"
    paper = rows(db, query, line["number"], about.get("item"))
    proves = mood.knobs.get("proves", bool(paper))
    if not proves:
        return {"document": None, "words": ""}
    name = paper[0]["document_id"] if paper else f"DOC-{about.get('kind')}-{about.get('item')}"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return {"document": {"id": name[:40], "sha256": sha256}, "words": "依据是您签过的业务单"}


def _snapshot(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    number = line["number"]
    contracts = rows(
        db,
        "SELECT id, ends_on, released_by IS NOT NULL AS released FROM contracts WHERE number = %s ORDER BY id",
        number,
    )
    ties = rows(db, "SELECT id, state FROM ties WHERE number = %s ORDER BY id", number)
    money = rows(
        db,
        "SELECT (SELECT coalesce(sum(fen), 0) FROM buckets WHERE number = %s)::bigint AS prepaid,"
        " (SELECT coalesce(sum(fen - paid_fen), 0) FROM bills WHERE number = %s)::bigint AS owed",
        number,
        number,
    )[0]
    facts = {
        "plan": line["plan_code"],
        "state": line["state"],
        "contracts": contracts,
        "charging": line["charging"],
        "balance_fen": money["prepaid"] - money["owed"],
        "owed_fen": money["owed"],
        "buckets": rows(db, "SELECT id, kind, name, fen FROM buckets WHERE number = %s ORDER BY id", number),
        "ties": ties,
    }
    whole = json.dumps({**facts, "points": line["points"]}, sort_keys=True, default=_iso)
    return {**facts, "digest": hashlib.sha256(whole.encode()).hexdigest()}


def _events(db: cursor, line: Row, about: Mapping[str, Any], now: datetime, mood: Mood) -> Row:
    """What happened to the line since an instant outside every case."""
    query = "SELECT kind, at, fen, bucket, name FROM events WHERE number = %s AND at >= %s::timestamptz ORDER BY id"
    return {"events": rows(db, query, line["number"], about.get("since") or "-infinity")}


def _effects(db: cursor, about: Mapping[str, Any]) -> Row:
    query = "SELECT command_id, verb, fen, at, undoes FROM effects WHERE case_ref = %s ORDER BY id"
    effects = rows(db, query, about.get("case_ref"))
    return {"effects": effects, "sum_fen": sum(effect["fen"] for effect in effects)}


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_ANSWERS: dict[str, Callable[[cursor, Row, Mapping[str, Any], datetime, Mood], Row]] = {
    "identity": _identity,
    "password": _password,
    "package": _package,
    "contract": _contract,
    "bills": _bills,
    "prepayment": _prepayment,
    "arrears": _arrears,
    "ties": _ties,
    "roaming": _roaming,
    "evidence": _evidence,
    "snapshot": _snapshot,
    "events": _events,
}
