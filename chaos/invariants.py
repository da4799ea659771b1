"""What must hold after any fault: read-only checks in raw SQL that know nothing of the services (RELIABILITY 2.4).

Each check is given the central database, the home province's database and one case's ref; it returns what is wrong, one
line a violation. Numbers are those of RELIABILITY 2.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection

ENDED = ("CLOSED", "WITHDRAWN", "LAPSED")
BOOK_OF = {
    "agent": "provider",
    "prepayment": "prepayment",
    "receivable": "bills",
    "unbilled": "unbilled",
    "late_fee": "late_fee",
    "penalty": "penalty",
}
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


@dataclass(frozen=True)
class Look:
    """Where a check looks: the centre, the home province, one case and its number."""

    centre: connection
    home: connection
    case_ref: str
    number: str

    @property
    def refs(self) -> list[str]:
        """Under what the case's money and orders go: its own ref, and that of what comes later from abroad."""
        tails = "SELECT t.ref FROM closure_roamingtail t JOIN closure_case c ON c.id = t.case_id WHERE c.ref = %s"
        return [self.case_ref, *(ref for (ref,) in self.rows(tails, self.case_ref))]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the central database."""
        return _rows(self.centre, query, values)

    def theirs(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the home province's database."""
        return _rows(self.home, query, values)

    @property
    def case(self) -> Mapping[str, Any]:
        """The case as it stands."""
        found = self.rows("SELECT to_jsonb(c) FROM closure_case c WHERE ref = %s", self.case_ref)[0][0]
        instants = ("due_at", "lease_until", "filed_at", "closed_at")
        return {**found, **{name: datetime.fromisoformat(found[name]) for name in instants if found[name]}}


def _rows(opened: connection, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with opened.cursor() as db:
        db.execute(query, values)
        return list(db.fetchall())


def i01_ledger_balances(look: Look) -> list[str]:
    """Each transfer sums to zero, and so does everything."""
    odd = look.rows(
        "SELECT t.ref, coalesce(sum(e.fen), 0) FROM settlement_transfer t LEFT JOIN settlement_entry e"
        " ON e.transfer_id = t.id WHERE t.case_ref = ANY(%s) GROUP BY t.ref HAVING coalesce(sum(e.fen), 1) <> 0",
        look.refs,
    )
    total = look.rows("SELECT coalesce(sum(fen), 0) FROM settlement_entry")[0][0]
    return [f"transfer {ref} sums to {fen}" for ref, fen in odd] + ([f"all entries sum to {total}"] if total else [])


LAWS = {
    "settlement_account": {"only_added", "not_emptied"},
    "settlement_voucher": {"only_added", "not_emptied"},
    "settlement_transfer": {"only_added", "not_emptied", "lawful"},
    "settlement_entry": {"only_added", "not_emptied", "lawful", "in_time"},
}


def i01_laws_stand(look: Look) -> list[str]:
    """The laws of the ledger are still in force: every trigger of them is there and fires always."""
    found = set(
        look.rows(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgrelid::regclass::text LIKE 'settlement_%%' AND NOT tgisinternal AND tgenabled = 'A'"
        )
    )
    return [
        f"{table}: {law} is not in force"
        for table, laws in LAWS.items()
        for law in laws - {name for where, name in found if where == table}
    ]


def i02_books_agree(look: Look) -> list[str]:
    """What the centre posted for a case is what the home province's own book says, account by account."""
    book = dict(look.theirs("SELECT account, sum(fen) FROM book WHERE case_ref = ANY(%s) GROUP BY 1", look.refs))
    ours = dict(
        look.rows(
            "SELECT a.kind, sum(e.fen) FROM settlement_entry e JOIN settlement_account a ON a.id = e.account_id"
            " JOIN settlement_transfer t ON t.id = e.transfer_id WHERE t.case_ref = ANY(%s) GROUP BY 1",
            look.refs,
        )
    )
    pairs = {account: (int(book.get(account, 0)), int(ours.get(kind, 0))) for account, kind in BOOK_OF.items()}
    return [f"{account}: province {one}, centre {two}" for account, (one, two) in pairs.items() if one != two]


def i03_money_is_as_quoted(look: Look) -> list[str]:
    """Paid in less paid out is what the last quote says, less what was kept and given back later (C-05, C-06).

    A case that ended otherwise keeps nothing (C-12).
    """
    paid = look.rows(
        "SELECT coalesce(sum(fen), 0) FROM settlement_payment WHERE case_ref = ANY(%s) AND state = 'PAID'", look.refs
    )[0][0]
    out = look.rows(
        "SELECT coalesce(sum(fen), 0) FROM settlement_payout WHERE case_ref = ANY(%s) AND state = 'PAID'", look.refs
    )[0][0]
    quoted = look.rows(
        "SELECT coalesce(sum(l.fen) FILTER (WHERE l.kind <> 'collected'), 0) FROM closure_quoteline l"
        " JOIN closure_quote q ON q.id = l.quote_id JOIN closure_case c ON c.id = q.case_id WHERE c.ref = %s"
        " AND q.seq = (SELECT max(seq) FROM closure_quote WHERE case_id = c.id)",
        look.case_ref,
    )[0][0]
    back = look.rows("SELECT coalesce(sum(back_fen), 0) FROM closure_roamingtail WHERE ref = ANY(%s)", look.refs)[0][0]
    expected = quoted - back if look.case["state"] == "CLOSED" else 0
    return [] if paid - out == expected else [f"paid {paid}, paid out {out}, expected {expected}"]


def i03_refund_is_own_money(look: Look) -> list[str]:
    """No refund is above the subscriber's own money; gifted credit is never touched (C-05)."""
    gifts = look.theirs("SELECT id, fen FROM buckets WHERE number = %s AND kind = 'gifted'", look.number)
    touched = [f"gift {bucket} is {fen}" for bucket, fen in gifts if fen != 2000]
    below = look.theirs("SELECT id FROM buckets WHERE number = %s AND fen < 0", look.number)
    return touched + [f"bucket {bucket} below zero" for (bucket,) in below]


def i03_charges_stop_at_filing(look: Look) -> list[str]:
    """No recurring charge after the filing: the province stopped as of that instant (C-04)."""
    if look.case["state"] != "CLOSED":
        return []
    stopped = look.theirs("SELECT stopped_from FROM lines WHERE number = %s", look.number)[0][0]
    return [] if stopped == look.case["filed_at"] else [f"charges stopped from {stopped}"]


def i04_each_command_once(look: Look) -> list[str]:
    """A command has at most one effect, and the centre's ending is what the province did."""
    ours = look.rows("SELECT ref, verb, state FROM bss_command WHERE case_ref = ANY(%s)", look.refs)
    log = dict(look.theirs("SELECT command_id, reply->>'ending' FROM command_log WHERE case_ref = ANY(%s)", look.refs))
    told = {
        "DONE": ("done",),
        "REFUSED": ("refused",),
        "EXPIRED": (None, "refused"),
    }  # refused: shut by what replaced it
    wrong = [
        f"{verb} is {state}, the province says {log.get(ref)}"
        for ref, verb, state in ours
        if state in told and log.get(ref) not in told[state]
    ]
    strangers = set(log) - {ref for ref, _, _ in ours}
    return wrong + [f"the province did {ref}, which nobody ordered" for ref in strangers]


def i04_each_step_once(look: Look) -> list[str]:
    """A step took effect once: no second effect of a verb stands beside one that was not undone."""
    twice = look.theirs(
        "SELECT e.verb, coalesce(c.payload->>'tie_id', c.payload->>'contract_id', '') AS thing, count(*) FROM effects e"
        " JOIN command_log c USING (command_id) WHERE e.case_ref = ANY(%s) AND e.undoes IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM effects u WHERE u.undoes = e.command_id)"
        " GROUP BY 1, 2, e.case_ref HAVING count(*) > 1",
        look.refs,
    )
    return [f"{verb} {thing} took effect {count} times" for verb, thing, count in twice]


def i05_closed_means_settled(look: Look) -> list[str]:
    """No closed line has an open contract, a bill neither paid nor carried; none is open behind a closed case."""
    state = look.theirs("SELECT state FROM lines WHERE number = %s", look.number)[0][0]
    if look.case["state"] != "CLOSED":
        return ["the line is closed, the case is not"] if state == "closed" else []
    contracts = look.theirs("SELECT id FROM contracts WHERE number = %s AND released_by IS NULL", look.number)
    bills = look.theirs("SELECT month FROM bills WHERE number = %s AND fen > paid_fen AND NOT carried", look.number)
    ties = look.theirs("SELECT id FROM ties WHERE number = %s AND state <> 'untied'", look.number)
    left = [
        f"{what} {one}" for what, found in (("contract", contracts), ("bill", bills), ("tie", ties)) for (one,) in found
    ]
    return left + ([] if state == "closed" else [f"the case is closed, the line is {state}"])


def i07_undone_means_as_before(look: Look) -> list[str]:
    """A case that ended without closing left nothing behind in its province (C-12)."""
    if look.case["state"] not in ("WITHDRAWN", "LAPSED"):
        return []
    line = look.theirs("SELECT state, charging FROM lines WHERE number = %s", look.number)[0]
    ties = look.theirs("SELECT id FROM ties WHERE number = %s AND state <> 'tied'", look.number)
    contracts = look.theirs("SELECT id FROM contracts WHERE number = %s AND released_by IS NOT NULL", look.number)
    fen = look.theirs("SELECT coalesce(sum(fen), 0) FROM effects WHERE case_ref = %s", look.case_ref)[0][0]
    left = [] if line == ("normal", "on") else [f"the line is {line[0]}, its charges {line[1]}"]
    left += [f"tie {one}" for (one,) in ties] + [f"contract {one} released" for (one,) in contracts]
    return left + ([f"effects sum to {fen}"] if fen else [])


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
        "SELECT kind, state FROM portal_workorder WHERE case_ref = ANY(%s) AND state NOT IN ('DONE', 'CANCELLED')",
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
    """The verbs that end or settle a case stand in the chain exactly once each."""
    counts = dict(
        look.rows("SELECT verb, count(*) FROM portal_auditentry WHERE subject_ref = %s GROUP BY 1", look.case_ref)
    )
    due = {"closure.filed", f"closure.{look.case['state'].lower()}"}
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


def i17_obstructions_have_evidence(look: Look) -> list[str]:
    """Every obstruction points to the exchange that proves it."""
    bare = look.rows(
        "SELECT o.kind FROM bss_obstruction o LEFT JOIN bss_evidence e ON e.ref = o.evidence_ref"
        " WHERE o.case_ref = %s AND e.id IS NULL",
        look.case_ref,
    )
    return [f"{kind} without evidence" for (kind,) in bare]


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


Check = Callable[[Look], list[str]]
ALL: dict[str, Check] = {
    name: found for name, found in list(globals().items()) if name.startswith("i") and callable(found)
}


def check(look: Look, *, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Every violation by the invariant's name; `but` leaves some out, to show that they are needed."""
    found = {name: one(look) for name, one in ALL.items() if name not in but}
    return {name: wrong for name, wrong in found.items() if wrong}
