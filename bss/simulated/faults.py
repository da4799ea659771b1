"""What may go wrong with one exchange of a simulated province, whatever its temper (RELIABILITY 2.3).

Knobs of any temper: `fault` (a name below) · `only` (verbs, questions or "enquire"; default all) · `times` (how many
exchanges it hits; default every one) · `wait_ms` of late (default: a second more than the gateway waits).

Nothing is done: error, lost, lie. Done, but the reply is: error_after, lost_after, late, doubled (taken twice),
truncated, not_json, wrong_types, huge, swapped (it names another exchange), naive_clock, no_clock, refused (it says
that it was not done, and says so again when asked). Harmless: extra_fields.
"""

from __future__ import annotations

import time
from typing import Any

from psycopg2.extensions import cursor

from bss.adapters import NoReply
from bss.simulated.replies import Row, encoded
from bss.simulated.tempers import Mood

NOTHING_DONE = ("error", "lost", "lie")
LOST_AFTER = ("error_after", "lost_after", "late", "truncated", "not_json", "wrong_types", "huge", "swapped")
DONE_ALL_THE_SAME = (*LOST_AFTER, "doubled", "naive_clock", "no_clock", "refused")
FAULTS = (*NOTHING_DONE, *DONE_ALL_THE_SAME, "extra_fields")
OTHER_EXCHANGE = "0" * 26
HUGE = 10 * 1024 * 1024
_ERROR = b"<html><body><h1>500 Internal Server Error</h1></body></html>"


def drawn(db: cursor, name: str, mood: Mood) -> str:
    """The fault that hits this exchange, "" for none; one of `times` is used up, whatever comes of the exchange."""
    fault = str(mood.knobs.get("fault", ""))
    if not fault or not mood.hits(name):
        return ""
    if "times" not in mood.knobs:
        return fault
    db.execute(
        "UPDATE temper SET knobs = jsonb_set(knobs, '{times}', to_jsonb((knobs ->> 'times')::int - 1))"
        " WHERE (knobs ->> 'times')::int > 0"
    )
    return fault if db.rowcount == 1 else ""


def before(fault: str) -> bytes | None:
    """What is sent instead of doing anything; None when the exchange goes on. Raises NoReply for a lost one."""
    if fault == "lost":
        raise NoReply(fault)
    return _ERROR if fault == "error" else None


def spoilt(fault: str, reply: Row, mood: Mood, timeout_s: float) -> bytes:
    """The reply's bytes as they reach the gateway. Raises NoReply for a lost one."""
    if fault == "lost_after":
        raise NoReply(fault)
    if fault == "late":
        time.sleep(float(mood.knobs.get("wait_ms", timeout_s * 1000 + 1000)) / 1000)
    raw = encoded(_changed(fault, dict(reply)))
    if fault == "error_after":
        return _ERROR
    if fault == "not_json":
        return b"\xff\xfe" + raw
    return raw[: len(raw) // 2] if fault == "truncated" else raw


def _changed(fault: str, reply: dict[str, Any]) -> dict[str, Any]:
    if fault == "swapped":
        return {**reply, "re": OTHER_EXCHANGE}
    if fault == "wrong_types":
        return {key: [value] for key, value in reply.items()}
    if fault == "huge":
        return {**reply, "words": "长" * (HUGE // 3)}
    if fault == "naive_clock":
        return {**reply, "clock": str(reply["clock"])[:19]}
    if fault == "no_clock":
        return {key: value for key, value in reply.items() if key != "clock"}
    if fault == "extra_fields":
        return {**reply, "facts": {**reply["facts"], "x_note": {"deep": [1] * 9}}, "trace": "z" * 99, "__proto__": {}}
    return reply
