"""The proof after a withdrawal: balance by balance as it was, or changed by something named outside the case (C-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from closure.rules.finding import Facts

Event = Mapping[str, Any]


def proof_lines(
    before: Facts | None, now: Facts, effects: Facts, events: Sequence[Event] = (), *, evidence: Sequence[str]
) -> list[dict[str, Any]]:
    """One row a fact: what it was at filing (None when the province had not answered yet), what it is, equal or not.

    `why` of a row that differs are the events that explain the whole difference: their fen sum to it, whole fen; a row
    that differs without them is for people to look into.
    """
    rows = [_row(name, _at(before, name), now[name], _of(events, name)) for name in ("plan", "state")]
    rows.append(_row("contracts", _at(before, "contracts"), now["contracts"]))
    if "ties" in now:
        rows.append(_row("ties", _at(before, "ties"), now["ties"]))
    rows += _bucket_rows(before, now, events)
    if "owed_fen" in now:
        owed = [{**event, "fen": -event["fen"]} for event in events if event["kind"] in ("bill_run", "claim")]
        rows.append(_money("owed_fen", _at(before, "owed_fen"), now["owed_fen"], owed))
    rows.append(_money("balance_fen", _at(before, "balance_fen"), now["balance_fen"], events))
    rows.append({"name": "charging", "before": "on", "now": now["charging"], "same": now["charging"] == "on"})
    rows.append({"name": "effects_fen", "before": 0, "now": effects["sum_fen"], "same": effects["sum_fen"] == 0})
    return [{"why": [], **row, "evidence": list(evidence)} for row in rows]


def unexplained(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the rows that are neither the same nor explained."""
    return [str(row["name"]) for row in rows if not row["same"] and not row["why"]]


def _at(before: Facts | None, name: str) -> Any:
    return before.get(name) if before else None


def _of(events: Sequence[Event], name: str) -> list[Event]:
    """A change of plan explains another plan; nothing outside the case explains another state."""
    return [event for event in events if name == "plan" and event["kind"] == "plan_change"]


def _bucket_rows(before: Facts | None, now: Facts, events: Sequence[Event]) -> list[dict[str, Any]]:
    was = {bucket["id"]: bucket for bucket in _at(before, "buckets") or ()}
    known = before is not None and "buckets" in before
    found = []
    for bucket in now.get("buckets", ()):
        then = was.pop(bucket["id"], {"fen": 0} if known else {"fen": None})
        why = [event for event in events if event["bucket"] == bucket["id"]]
        found.append({**_money("bucket_fen", then["fen"], bucket["fen"], why), "item": bucket["name"]})
    gone = [{**_money("bucket_fen", one["fen"], 0, ()), "item": one["name"]} for one in was.values()]
    return found + gone


def _row(name: str, before: Any, now: Any, why: Sequence[Event] = ()) -> dict[str, Any]:
    same = before is None or before == now
    return {"name": name, "before": before, "now": now, "same": same, "why": [] if same else _told(why)}


def _money(name: str, before: int | None, now: int, events: Sequence[Event]) -> dict[str, Any]:
    """Events explain a sum only when they explain every fen of its difference."""
    whole = before is not None and before + sum(event["fen"] for event in events) == now
    return _row(name, before, now, events if whole else ())


def _told(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [{"kind": event["kind"], "at": event["at"], "fen": event["fen"]} for event in events]
