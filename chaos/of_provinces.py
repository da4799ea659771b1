"""Invariants of what was done in the home province, and of what it refused (RELIABILITY 2.4, 4, 5, 7 and 17)."""

from __future__ import annotations

from chaos.look import Look


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
        " AND (e.verb <> 'settle' OR e.fen <> 0)"
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


def i17_obstructions_have_evidence(look: Look) -> list[str]:
    """Every obstruction points to the exchange that proves it."""
    bare = look.rows(
        "SELECT o.kind FROM bss_obstruction o LEFT JOIN bss_evidence e ON e.ref = o.evidence_ref"
        " WHERE o.case_ref = %s AND e.id IS NULL",
        look.case_ref,
    )
    return [f"{kind} without evidence" for (kind,) in bare]
