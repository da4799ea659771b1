"""Undoing an earlier order of the same case, by a new order with its own id (C-12, CONVENTIONS 7)."""

from __future__ import annotations

from typing import Any

from bss.simulated.effects import At, Effect
from bss.simulated.replies import Refusal, Row, rows

NOT_REVERSIBLE = ("not_reversible", "这条指令不能撤销")
_VERBS = ["settle", "release_contract", "execute_tie"]


def reverse(at: At) -> Effect:
    """Bring back what a settlement, a released contract or an executed tie changed; the books get the exact opposite.

    Refused as not_reversible when it is another case's or line's, of another verb, or was undone already.
    """
    effect = _effect(at)
    undo: dict[str, Any] = effect["undo"]
    if "bills" in undo:
        _unsettle(at, undo)
    if "contract" in undo:
        query = "UPDATE contracts SET released_by = NULL WHERE number = %s AND id = %s AND released_by = %s"
        at.do(query, at.number, undo["contract"], effect["command_id"])
    if "tie" in undo:
        at.do("UPDATE ties SET state = 'tied' WHERE number = %s AND id = %s", at.number, undo["tie"])
    book = rows(at.db, "SELECT account, fen FROM book WHERE command_id = %s", effect["command_id"])
    return Effect(fen=-effect["fen"], undoes=effect["command_id"], book={leg["account"]: -leg["fen"] for leg in book})


def _effect(at: At) -> Row:
    found = rows(
        at.db,
        "SELECT command_id, fen, undo FROM effects e WHERE command_id = %s AND case_ref = %s AND number = %s"
        " AND verb = ANY(%s) AND NOT EXISTS (SELECT 1 FROM effects u WHERE u.undoes = e.command_id)",
        at.payload.get("command_id"),
        at.order.case_ref,
        at.number,
        _VERBS,
    )
    if not found:
        raise Refusal(*NOT_REVERSIBLE)
    return found[0]


def _unsettle(at: At, undo: dict[str, Any]) -> None:
    for month, fen in undo["bills"].items():
        query = "UPDATE bills SET paid_fen = paid_fen - %s, carried = false WHERE number = %s AND month = %s"
        at.do(query, fen, at.number, month)
    for bucket, fen in undo["buckets"].items():
        at.do("UPDATE buckets SET fen = fen + %s WHERE number = %s AND id = %s", fen, at.number, bucket)
    at.do("UPDATE lines SET unbilled_settled = %s WHERE number = %s", undo["unbilled_settled"], at.number)
