"""The verbs of `bss.questions.VERBS`, as a simulated province carries them out; each returns its effect or refuses.

Whatever a verb changed before it refused is rolled back by `bss.simulated.orders`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from bss import answers
from bss.simulated.crediting import credit
from bss.simulated.effects import At, Effect
from bss.simulated.replies import Refusal, Row, rows, unpaid
from bss.simulated.reversal import reverse
from portal.clock import SHANGHAI

AFTER_CLOSING = ("refund", "execute_tie", "settle_claim", "reopen_line")
FREE_HOURS = 72


def apply(at: At) -> Effect:
    """Carry out the order's verb; Refusal when the line's state forbids it."""
    if at.line["state"] == "closed" and at.order.verb not in AFTER_CLOSING:
        raise Refusal("line_closed", "号码已销户")
    return _VERBS[at.order.verb](at)


def _undone(at: At, verb: str) -> str | None:
    """The command of this case whose effect is being undone: the latest of that verb (and tie) not undone yet."""
    found = rows(
        at.db,
        "SELECT e.command_id FROM effects e JOIN command_log c USING (command_id)"
        " WHERE e.case_ref = %s AND e.verb = %s AND c.payload->>'tie_id' IS NOT DISTINCT FROM %s"
        " AND NOT EXISTS (SELECT 1 FROM effects u WHERE u.undoes = e.command_id) ORDER BY e.id DESC LIMIT 1",
        at.order.case_ref,
        verb,
        at.payload.get("tie_id"),
    )
    return str(found[0]["command_id"]) if found else None


def _stop_charging(at: At) -> Effect:
    """Charges stop, roaming, premium and international are barred, domestic service is free for the hours named.

    Bills issued since the instant from which it holds are corrected.
    """
    effective = at.order.effective_at or at.now
    free_until = effective + timedelta(hours=int(at.payload.get("free_hours", FREE_HOURS)))
    at.do(
        "UPDATE lines SET charging = 'stopped', stopped_from = least(stopped_from, %s), stopped_by = %s, barred = %s,"
        " free_until = %s, no_report_until = %s WHERE number = %s",
        effective,
        at.order.command_id,
        json.dumps(list(at.payload.get("barred", []))),
        free_until,
        at.payload.get("no_report_until"),
        at.number,
    )
    credit(at, effective)
    return Effect(facts={"effective_at": effective, "free_service_until": free_until})


def _resume_charging(at: At) -> Effect:
    """Everything as before the filing; credit reports stay held while the case goes on (C-19)."""
    at.do(
        "UPDATE lines SET charging = 'on', stopped_from = NULL, stopped_by = NULL, barred = '[]', free_until = NULL,"
        " no_report_until = CASE WHEN %s THEN no_report_until END WHERE number = %s",
        bool(at.payload.get("case_open")),
        at.number,
    )
    undoes = _undone(at, "stop_charging")
    return Effect(undoes=undoes, facts={"effective_at": at.order.effective_at or at.now})


def _tie(at: At) -> Row:
    query = "SELECT * FROM ties WHERE number = %s AND id = %s"
    found = rows(at.db, query, at.number, at.payload.get("tie_id"))
    if not found:
        raise Refusal(answers.MALFORMED_ORDER, "没有这项关联业务")
    return found[0]


def _set_tie(at: At, tie: Row, state: str) -> None:
    at.do("UPDATE ties SET state = %s WHERE number = %s AND id = %s", state, at.number, tie["id"])


def _as_staff_wish(at: At, tie: Row) -> None:
    """The answers of C-17 that are no "closed": a paper is missing, or staff will do it and say so."""
    if at.payload.get("by_hand"):
        return
    if tie["by_hand"]:
        raise Refusal("by_hand", "转人工办理")
    if tie["needs"] and not any(one.get("kind") for one in at.payload.get("supplied", [])):
        raise Refusal("attachment_missing", tie["needs"])


def _prepare_tie(at: At) -> Effect:
    tie = _tie(at)
    _as_staff_wish(at, tie)
    if tie["state"] == "tied":
        _set_tie(at, tie, "prepared")
    return Effect(facts={"change": tie["change"], "price_fen": tie["price_fen"], "on": tie["on_date"]})


def _cancel_tie(at: At) -> Effect:
    tie = _tie(at)
    if tie["state"] == "prepared":
        _set_tie(at, tie, "tied")
    return Effect(undoes=_undone(at, "prepare_tie"))


def _execute_tie(at: At) -> Effect:
    tie = _tie(at)
    _set_tie(at, tie, "untied")
    return Effect(facts={"change": tie["change"]}, undo={"tie": tie["id"]} if tie["state"] != "untied" else {})


def _settle(at: At) -> Effect:
    bills = {str(bill["month"]): int(bill["fen"]) for bill in at.payload.get("bills", [])}
    paid, applied = at.fen("paid_fen"), at.fen("applied_fen")
    parts = {name: at.fen(f"{name}_fen") for name in ("unbilled", "late_fee", "penalty")}
    if paid + applied != sum(bills.values()) + sum(parts.values()):
        raise Refusal(answers.MALFORMED_ORDER, "金额不平")
    for month, fen in bills.items():
        _pay_bill(at, month, fen)
    disputed = [str(one["item"]) for one in at.payload.get("disputed", []) if one["kind"] in ("bill", "excess")]
    at.do("UPDATE bills SET carried = true WHERE number = %s AND month = ANY(%s)", at.number, disputed)
    undo = {"bills": bills, "buckets": _take_own_money(at, applied), "unbilled_settled": at.line["unbilled_settled"]}
    at.do(
        "UPDATE lines SET unbilled_settled = true, free_until = least(free_until, %s) WHERE number = %s",
        at.now,
        at.number,
    )
    credits = {"receivable": -sum(bills.values()), **{name: -fen for name, fen in parts.items()}}
    return Effect(fen=paid, book={"agent": paid, "prepayment": applied, **credits}, undo=undo)


def _pay_bill(at: At, month: str, fen: int) -> None:
    query = "UPDATE bills SET paid_fen = paid_fen + %s WHERE number = %s AND month = %s AND paid_fen + %s <= fen"
    if fen < 0 or not at.do(query, fen, at.number, month, fen):
        raise Refusal(answers.MALFORMED_ORDER, f"{month} 账单金额不符")


def _take_own_money(at: At, fen: int) -> dict[str, int]:
    """Use own money, then deposits, and say how much of each bucket; gifted credit is never touched (C-05)."""
    left, taken = fen, dict[str, int]()
    query = "SELECT id, fen FROM buckets WHERE number = %s AND kind <> 'gifted' ORDER BY kind = 'deposit', id"
    for bucket in rows(at.db, query, at.number):
        part = min(left, bucket["fen"])
        at.do("UPDATE buckets SET fen = fen - %s WHERE number = %s AND id = %s", part, at.number, bucket["id"])
        left -= part
        taken[bucket["id"]] = part
    if left:
        raise Refusal(answers.MALFORMED_ORDER, "余额不足")
    return taken


def _release_contract(at: At) -> Effect:
    query = "UPDATE contracts SET released_by = coalesce(released_by, %s) WHERE number = %s AND id = %s"
    contract = at.payload.get("contract_id")
    if not at.do(query, at.order.command_id, at.number, contract):
        raise Refusal(answers.MALFORMED_ORDER, "没有这份合约")
    return Effect(undo={"contract": contract})


def _close_line(at: At) -> Effect:
    if rows(at.db, "SELECT 1 FROM holds WHERE number = %s", at.number):
        raise Refusal("2009", "号码处于司法或反诈管控状态")
    running = "SELECT name, ends_on FROM contracts WHERE number = %s AND released_by IS NULL AND ends_on > %s"
    if found := rows(at.db, running, at.number, at.now.date()):
        raise Refusal("2064", f"在网协议“{found[0]['name']}”未解除，到期日 {found[0]['ends_on']}")
    if owed := sum(bill["unpaid_fen"] for bill in unpaid(at.db, at.number) if not bill["carried"]):
        raise Refusal("2067", f"欠费 {owed // 100}.{owed % 100:02d} 元")
    at.do("UPDATE lines SET state = 'closed', closed_at = %s, sms = false WHERE number = %s", at.now, at.number)
    return Effect(facts={"closed_at": at.now})


def _reopen_line(at: At) -> Effect:
    """The holder has the number back (C-11): in service from now on, with nothing of the old contracts and ties."""
    if at.line["state"] != "closed":
        raise Refusal(answers.MALFORMED_ORDER, "号码没有销户")
    at.do(
        "UPDATE lines SET state = 'normal', sms = true, charging = 'on', stopped_from = NULL, stopped_by = NULL,"
        " closed_at = NULL, unbilled_from = %s, unbilled_settled = false, points = 0 WHERE number = %s",
        at.now.astimezone(SHANGHAI).date(),
        at.number,
    )
    return Effect(undoes=_undone(at, "close_line"))


def _refund(at: At) -> Effect:
    fen = at.fen("fen")
    _take_own_money(at, fen)
    return Effect(fen=-fen, book={"prepayment": fen, "agent": -fen})


def _overdue_fen(at: At) -> int:
    """What suspends a line: unpaid and past its due day."""
    return sum(bill["unpaid_fen"] for bill in unpaid(at.db, at.number) if bill["due_on"] < at.now.date())


def _restore_service(at: At) -> Effect:
    if at.line["state"] not in ("one_way", "two_way", "normal"):
        raise Refusal("2009", "号码状态不能复机")
    if owed := _overdue_fen(at):
        raise Refusal("2067", f"欠费 {owed // 100}.{owed % 100:02d} 元")
    at.do("UPDATE lines SET state = 'normal', sms = true WHERE number = %s", at.number)
    return Effect()


def _pay_in(at: At) -> Effect:
    """A payment by number (C-08, C-15): oldest bills first, the rest into the holder's own bucket, service restored."""
    if at.line["state"] == "preclosed":
        raise Refusal("2009", "预销户号码不能缴费")
    fen = left = at.fen("fen")
    for bill in unpaid(at.db, at.number):
        part = min(left, bill["unpaid_fen"])
        if part:
            _pay_bill(at, bill["month"], part)
        left -= part
    if left:
        at.do(
            "INSERT INTO buckets (number, id, kind, name, fen) VALUES (%s, 'own', 'own', '话费余额', %s)"
            " ON CONFLICT (number, id) DO UPDATE SET fen = buckets.fen + excluded.fen",
            at.number,
            left,
        )
    if at.line["state"] in ("one_way", "two_way") and not _overdue_fen(at):
        at.do("UPDATE lines SET state = 'normal', sms = true WHERE number = %s", at.number)
    return Effect(fen=fen, book={"agent": fen, "receivable": left - fen, "prepayment": -left})


_VERBS: dict[str, Callable[[At], Effect]] = {
    "stop_charging": _stop_charging,
    "resume_charging": _resume_charging,
    "prepare_tie": _prepare_tie,
    "cancel_tie": _cancel_tie,
    "execute_tie": _execute_tie,
    "settle": _settle,
    "settle_claim": _settle,
    "release_contract": _release_contract,
    "close_line": _close_line,
    "reopen_line": _reopen_line,
    "refund": _refund,
    "restore_service": _restore_service,
    "pay_in": _pay_in,
    "reverse": reverse,
}
