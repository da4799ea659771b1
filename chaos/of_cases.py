"""Invariants of a case: owner and timer, history, notices, audit and certificate (RELIABILITY 2.4, 8 to 18)."""

from __future__ import annotations

import hashlib

from chaos.look import Look

ENDED = ("CLOSED", "WITHDRAWN", "LAPSED")
EDGES = {
    "DRAFT": "FILED",
    "FILED": "VERIFYING WITHDRAWN LAPSED",
    "VERIFYING": "HELD QUOTED WITHDRAWN LAPSED",
    "HELD": "VERIFYING WITHDRAWN LAPSED",
    "QUOTED": "PAYING SETTLED VERIFYING WITHDRAWN LAPSED",
    "PAYING": "SETTLED QUOTED",
    "SETTLED": "CLOSING",
    "CLOSING": "CLOSED HELD",
}
ONCE_A_CASE = ("filed", "closed", "withdrawn", "lapsed")
FREEZE_DAYS = 90


def i08_owner_and_timer(look: Look) -> list[str]:
    """A case has ended, or has exactly one owner and one future timer; nothing of it lies about unfinished."""
    case = look.case
    if case["state"] not in ENDED and not (case["owner"] and case["due_at"]):
        return [f"{case['state']} without owner or timer"]
    if case["state"] not in ENDED:
        return []
    open_commands = look.rows(
        "SELECT verb, state FROM bss_command WHERE case_ref = ANY(%s)"
        " AND state NOT IN ('DONE', 'REFUSED', 'EXPIRED', 'DISPROVED')",
        look.refs,
    )
    money = look.rows(
        "SELECT 'payment', state FROM settlement_payment WHERE case_ref = ANY(%s)"
        " AND state NOT IN ('PAID','REFUSED','EXPIRED')"
        " UNION ALL SELECT 'payout', state FROM settlement_payout WHERE case_ref = ANY(%s)"
        " AND state NOT IN ('PAID','REFUSED','EXPIRED')",
        look.refs,
        look.refs,
    )
    orders = look.rows(
        "SELECT kind, state FROM portal_workorder o WHERE case_ref = ANY(%s) AND state NOT IN ('DONE', 'CANCELLED')"
        " AND NOT EXISTS (SELECT FROM settlement_difference d WHERE d.order_key = o.key AND d.state = 'STANDING'"
        " AND o.owner <> '' AND o.due_at IS NOT NULL)",
        look.refs,
    )
    return [f"{what} left {state}" for what, state in open_commands + money + orders]


def i09_history_replays(look: Look) -> list[str]:
    """Every transition is in the table, follows the one before, and leads to the present state."""
    moves = look.rows(
        "SELECT from_state, to_state FROM portal_movement WHERE subject_type = 'closure.case' AND subject_ref = %s"
        " ORDER BY seq",
        look.case_ref,
    )
    state, wrong = "DRAFT", []
    for before, after in moves:
        if before != state or after not in EDGES.get(before, "").split():
            wrong.append(f"{before} → {after} after {state}")
        state = after
    return wrong + ([] if state == look.case["state"] else [f"history ends in {state}"])


def i11_notices_once_or_twice(look: Look) -> list[str]:
    """Each event was told at least once and at most twice, and every notice was sent."""
    told = dict(look.rows("SELECT key, count(*) FROM portal_notice WHERE case_ref = %s GROUP BY 1", look.case_ref))
    unsent = look.rows("SELECT key FROM portal_notice WHERE case_ref = %s AND sent_at IS NULL", look.case_ref)
    due = {"filed", look.case["state"].lower()} & set(ONCE_A_CASE)
    missing = [f"nobody was told of {event}" for event in due if f"notice.closure.{event}" not in told]
    often = [
        f"{event} told {told[f'notice.closure.{event}']} times"
        for event in ONCE_A_CASE
        if told.get(f"notice.closure.{event}", 0) > 2
    ]
    return missing + often + [f"{key} never sent" for (key,) in unsent]


def i12_audit_chain_holds(look: Look) -> list[str]:
    """The home province's chain verifies link by link from its first one."""
    entries = look.rows(
        "SELECT chain, to_char(day, 'YYYY-MM-DD'), seq, verb, subject_ref, by_ref, by_role, rules, facts, at_text, mac,"
        " prev_hash, hash FROM portal_auditentry WHERE chain = '35' ORDER BY day, seq"
    )
    before, day, seq = "0" * 64, "", 0
    for *fields, said in entries:
        seq = seq + 1 if fields[1] == day else 1
        day = fields[1]
        whole = hashlib.sha256("\n".join(str(field) for field in fields).encode()).hexdigest()
        if fields[11] != before or fields[2] != seq or whole != said:
            return [f"the chain breaks at {day} {fields[2]}"]
        before = said
    return [] if entries else ["the chain is empty"]


def i12_each_state_is_audited(look: Look) -> list[str]:
    """The verbs that file and end a case stand in the chain exactly once each."""
    counts = dict(
        look.rows("SELECT verb, count(*) FROM portal_auditentry WHERE subject_ref = %s GROUP BY 1", look.case_ref)
    )
    state = look.case["state"]
    due = {"closure.filed"} | ({f"closure.{state.lower()}"} if state in ENDED else set())
    return [f"{verb} recorded {counts.get(verb, 0)} times" for verb in due if counts.get(verb, 0) != 1]


def i14_no_idle_transaction(look: Look) -> list[str]:
    """No session sits in a transaction doing nothing."""
    idle = look.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'"
        " AND datname = current_database() AND now() - state_change > interval '1 second'"
    )[0][0]
    return [f"{idle} sessions idle in a transaction"] if idle else []


def i15_nothing_is_held(look: Look) -> list[str]:
    """An ended case holds no lease."""
    held = look.case["state"] in ENDED and look.case["lease_until"] is not None
    return ["the ended case is still leased"] if held else []


def i16_statutory_clock(look: Look) -> list[str]:
    """From settlement to closing never more than a day (C-13); the lapse not before its thirtieth day (C-19)."""
    at = dict(
        look.rows(
            "SELECT to_state, max(at) FROM portal_movement WHERE subject_type = 'closure.case' AND subject_ref = %s"
            " GROUP BY 1",
            look.case_ref,
        )
    )
    late = "CLOSED" in at and (at["CLOSED"] - at["SETTLED"]).total_seconds() > 86_400
    early = "LAPSED" in at and (at["LAPSED"] - at["FILED"]).days < 30
    return (["closing took more than a day"] if late else []) + (["lapsed too early"] if early else [])


def i18_closed_once_and_frozen(look: Look) -> list[str]:
    """A closed number is frozen for at least ninety days (C-11), and has one certificate; an open one has neither."""
    entry = look.rows("SELECT state, frozen_until FROM portal_numberentry WHERE number = %s", int(look.number))
    certificates = look.rows(
        "SELECT count(*), count(pdf) FROM closure_certificate k JOIN closure_case c ON c.id = k.case_id"
        " WHERE c.ref = %s",
        look.case_ref,
    )[0]
    if look.case["state"] != "CLOSED":
        return ["frozen, but not closed"] if entry or certificates[0] else []
    until = entry[0][1] if entry else None
    frozen = until is not None and (until - look.case["closed_at"]).days >= FREEZE_DAYS
    wrong = [] if frozen else [f"the number is {entry}"]
    return wrong + ([] if certificates == (1, 1) else [f"{certificates[0]} certificates, {certificates[1]} rendered"])
