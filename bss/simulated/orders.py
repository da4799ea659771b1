"""What a simulated province does with an order: effect, log row and book rows in one transaction.

A repeated command id gets the first outcome again. An id past its `not_after`, by the province's own clock, is refused
and leaves no row. An order that carries a `directive` (the portal orders under B-2) is carried out by an obstructive
province too.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor

from bss import answers
from bss.adapters import Order
from bss.exchange import plain_json
from bss.simulated.effects import At, Effect
from bss.simulated.replies import Refusal, Row, encoded, envelope, line_of, rows
from bss.simulated.tempers import Mood, refuse_once
from bss.simulated.verbs import apply


def take(db: cursor, order: Order, now: datetime, mood: Mood) -> Row:
    """Carry an order out, or refuse it, or find that it was taken before. In the caller's transaction."""
    db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [order.command_id])
    if (before := logged(db, order.command_id)) is not None:
        return {**before, "clock": now.isoformat()}
    if now > order.not_after:
        return envelope("refused", now, code=answers.LATE, words="指令已过期")
    payload: dict[str, Any] = json.loads(plain_json(order.payload))
    obstructed = mood.obstructs(order.verb) and not payload.get("directive")
    obstructed = obstructed or refuse_once(db.connection, order.verb, mood)
    db.execute("SAVEPOINT before")
    try:
        if obstructed:
            raise Refusal(*mood.refusal)
        effect = apply(At(db, line_of(db, payload.get("number"), lock=True), order, payload, now))
    except Refusal as refusal:
        db.execute("ROLLBACK TO before")
        reply = envelope("refused", now, code=refusal.code, words=refusal.words)
        _log(db, order, payload, now, reply)
        return reply
    reply = envelope("done", now, facts={"at": now, **effect.facts})
    _log(db, order, payload, now, reply)
    _store(db, order, payload, now, effect)
    return reply


def logged(db: cursor, command_id: str) -> Row | None:
    """The first outcome of a command id, if there was one."""
    found = rows(db, "SELECT reply FROM command_log WHERE command_id = %s", command_id)
    return dict(found[0]["reply"]) if found else None


def _log(db: cursor, order: Order, payload: Row, now: datetime, reply: Row) -> None:
    db.execute(
        "INSERT INTO command_log (command_id, case_ref, verb, payload, at, not_after, effective_at, reply)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            order.command_id,
            order.case_ref,
            order.verb,
            json.dumps(payload, ensure_ascii=False),
            now,
            order.not_after,
            order.effective_at,
            encoded(reply).decode(),
        ],
    )


def _store(db: cursor, order: Order, payload: Row, now: datetime, effect: Effect) -> None:
    number = payload["number"]
    db.execute(
        "INSERT INTO effects (command_id, case_ref, number, verb, fen, at, undoes, undo)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            order.command_id,
            order.case_ref,
            number,
            order.verb,
            effect.fen,
            now,
            effect.undoes,
            json.dumps(effect.undo),
        ],
    )
    for account, fen in effect.book.items():
        if fen:
            db.execute(
                "INSERT INTO book (command_id, case_ref, number, account, fen, at) VALUES (%s, %s, %s, %s, %s, %s)",
                [order.command_id, order.case_ref, number, account, fen, now],
            )
