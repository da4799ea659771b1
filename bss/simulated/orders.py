"""What a simulated province does with an order: effect, log row and book rows in one transaction.

A repeated command id gets the first outcome again. An id past its `not_after`, by the province's own clock, is refused
and leaves no row. An order that carries a `directive` (the portal orders under B-2) is carried out by an obstructive
province too. An order that `replaces` another never does twice what that one did.
"""

from __future__ import annotations

import json
from dataclasses import replace
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


def take(db: cursor, order: Order, now: datetime, mood: Mood, *, misreport: bool = False) -> Row:
    """Carry an order out, or refuse it, or find that it was taken before. In the caller's transaction.

    `misreport`: it is carried out, and the log and the reply say that it was refused.
    """
    replaced = str(order.payload.get("replaces", ""))
    for one in sorted({order.command_id, replaced} - {""}):
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [one])
    if (before := logged(db, order.command_id)) is not None:
        return {**before, "clock": now.isoformat()}
    if now > order.not_after:
        return envelope("refused", now, code=answers.LATE, words="指令已过期")
    payload: dict[str, Any] = json.loads(plain_json(order.payload))
    if replaced and (stands := _standing(db, order, payload, replaced, now)) is not None:
        return stands
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
    if misreport:
        reply = envelope("refused", now, code=mood.refusal[0], words=mood.refusal[1])
    _log(db, order, payload, now, reply)
    _store(db, order, payload, now, effect)
    return reply


def lie(order: Order, now: datetime) -> Row:
    """Done, it says."""
    return envelope("done", now, facts={"at": now})


def _standing(db: cursor, order: Order, payload: Row, replaced: str, now: datetime) -> Row | None:
    """An order that takes another's place: what took effect stands and is not done twice; what did not is shut."""
    if stood := rows(db, "SELECT at FROM effects WHERE command_id = %s", replaced):
        reply = envelope("done", now, facts={"at": stood[0]["at"], "stands": replaced})
        _log(db, order, payload, now, reply)
        return reply
    if logged(db, replaced) is None:
        shut = envelope("refused", now, code=answers.REPLACED, words="已由另一条指令代替")
        _log(db, replace(order, command_id=replaced), payload, now, shut)
    return None


def logged(db: cursor, command_id: str) -> Row | None:
    """The first outcome of a command id, if there was one."""
    found = rows(db, "SELECT reply FROM command_log WHERE command_id = %s", command_id)
    return dict(found[0]["reply"]) if found else None


def verb_logged(db: cursor, command_id: str) -> str:
    """The verb of a command id, "" when it was never taken."""
    found = rows(db, "SELECT verb FROM command_log WHERE command_id = %s", command_id)
    return str(found[0]["verb"]) if found else ""


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
