"""A closure's rows as the API's shapes want them; words come from the pages' own builders."""

from __future__ import annotations

from typing import Any

from closure import states
from closure.models import Case, Quote, QuoteLine
from closure.queries import current_quote, latest_findings, visible_to
from closure.rules.verification import SIX
from closure.services import filing
from closure.words import requoted, shown
from closure.words.named import home_said, home_words
from closure.words.waiting import WAITS_FOR, if_late
from portal import clock
from portal.api.operations import Call
from portal.errors import Missing
from portal.lexicon import say
from portal.models import WorkOrder
from portal.roles import Role
from settlement.models import Payment

MISSING = "error.api.missing"


def case_of(call: Call) -> Case:
    """The case of the address; the same 404 for an absent one and a stranger's."""
    case = visible_to(call.actor).filter(ref=call.path["ref"]).first()
    if case is None:
        raise Missing(MISSING)
    return case


def row(case: Case, lang: str) -> dict[str, Any]:
    """A closure in a list."""
    return {
        "ref": case.ref,
        "case_no": case.case_no or "",
        "state": case.state,
        "state_words": say(f"closure.state.{case.state}", lang),
        "number": case.number.masked,
        "operator": case.operator,
        "province": case.province,
        "visiting_province": case.visiting_province,
        "filed_at": case.filed_at,
        "limit_at": case.limit_at,
    }


def closure(case: Case, lang: str) -> dict[str, Any]:
    """One closure in full."""
    own = (
        "contacts_made",
        "lapse_at",
        "acknowledged_at",
        "settled_at",
        "closed_at",
        "ended_at",
        "frozen_until",
        "collected_fen",
    )
    waits = WAITS_FOR.get(case.state, "")
    return {
        **row(case, lang),
        **{name: getattr(case, name) for name in own},
        "home": home_words(case, lang),
        "sitting_ref": case.sitting_ref,
        "title": say(f"closure.progress.{case.state}", lang, home=home_said(case, lang)),
        "waits_for": waits,
        "waits_words": say(f"closure.waiting.{case.state}", lang) if case.state in states.OPEN else "",
        "if_late": if_late(case, lang),
        "charging": shown.charging(case, lang) if case.state in states.OPEN else None,
        "can_withdraw": case.state in states.BEFORE_MONEY,
        "proof": [_proof_line(line, lang) for line in case.proof_lines],
    }


def draft(case: Case) -> dict[str, Any]:
    """A draft, masked."""
    return {
        "ref": case.ref,
        "number": case.number.masked,
        "operator": case.operator,
        "province": case.province,
        "visiting_province": case.visiting_province,
        "proof": case.proof,
        "name": case.name.masked if case.name_box else "",
        "id_number": case.id_number.masked if case.id_box else "",
        "contact": case.contact.masked if case.contact_box else "",
        "contact_verified_at": case.contact_verified_at,
        "is_complete": filing.is_complete(case),
    }


def checks(case: Case, lang: str) -> dict[str, Any]:
    """Checks and findings as the result page shows them: nothing of a stranger's line after a mismatch (C-08)."""
    asked = {check.question: check for check in case.checks.all()}
    cells = shown.cells(case, lang)
    names = [name for name in SIX if name in asked]
    done = case.state not in (states.FILED, states.VERIFYING)
    rows = list(latest_findings(case)) if done else []
    return {
        "done": done,
        "checks": [
            {
                "question": name,
                "name": cell["name"],
                "kind": cell["kind"],
                "words": cell["word"],
                "answered_at": asked[name].answered_at if cell["kind"] != "idle" else None,
                "attempts": asked[name].attempts,
            }
            for name, cell in zip(names, cells, strict=True)
        ],
        "findings": [_finding(one, case, asked, lang) for one in rows],
    }


def _finding(one: Any, case: Case, asked: dict[str, Any], lang: str) -> dict[str, Any]:
    card = shown.finding_card(one, case, asked, lang)
    return {
        "key": one.key,
        "severity": one.severity,
        "settled_by_quote": one.settled_by_quote,
        "title": card["title"],
        "fact": card["facts"],
        "remedy": card["remedy"],
        "fen": one.fen,
        "facts": one.facts,
        "rules": one.rules,
        "basis": card["basis"],
        "source": card["source"],
        "asked_at": card["asked_at"],
        "evidence_ref": card["evidence"],
    }


def quote(one: Quote, case: Case, lang: str) -> dict[str, Any]:
    """A quote line by line."""
    latest = current_quote(case)
    holds = case.state == states.QUOTED and latest is not None and latest.pk == one.pk
    return {
        "seq": one.seq,
        "in_force": holds and one.valid_until > clock.now(),
        "total_fen": one.total_fen,
        "made_at": one.made_at,
        "valid_until": one.valid_until,
        "parameters": one.parameters,
        "lines": [_line(line, lang) for line in one.lines.all()],
        "replaces": _replaced(one, lang),
    }


def _replaced(one: Quote, lang: str) -> dict[str, Any] | None:
    """The quote before, with what changed."""
    before = requoted.of(one, lang)
    if before is None:
        return None
    same = ("kind", "item", "words", "before_fen", "after_fen")
    rows = [{name: row[name] for name in same} for row in before["rows"]]
    return {"seq": before["seq"], "total_fen": before["before_fen"], "changes": rows}


def _line(line: QuoteLine, lang: str) -> dict[str, Any]:
    words = shown.line_row(line, lang)
    same = ("position", "kind", "figures", "fen", "claimed_fen", "document", "item")
    return {name: getattr(line, name) for name in same} | {
        "words": words["label"],
        "formula": words["formula"],
        "terms": _terms(line, words["terms"]),
        "rule_id": line.rule,
    }


def _terms(line: QuoteLine, words: str) -> dict[str, Any] | None:
    """The version and dates behind a penalty's formula; None for other lines, and quotes that kept none."""
    published, signed = (line.figures.get(name) for name in ("published_on", "signed_on"))
    if line.kind != "penalty" or signed is None:
        return None
    return {
        "version": line.figures.get("version", ""),
        "published_on": published,
        "signed_on": signed,
        "published_before_signing": published is not None and published <= signed,
        "words": words,
    }


def payment(one: Payment, role: Role) -> dict[str, Any]:
    """A payment; the provider's page is for the line alone."""
    own = ("ref", "fen", "method", "state", "not_after", "ended_at")
    return {name: getattr(one, name) for name in own} | {"pay_url": one.pay_url if role == Role.SUBSCRIBER else ""}


def tie(order: WorkOrder) -> dict[str, Any]:
    """One work order of a tie."""
    facts = order.facts
    return {
        **{name: str(facts.get(name) or "") for name in ("kind", "name", "change", "on")},
        **{name: getattr(order, name) for name in ("ref", "state", "result", "missing", "chases", "due_at")},
        "price_fen": int(facts.get("price_fen") or 0),
    }


def _proof_line(line: dict[str, Any], lang: str) -> dict[str, Any]:
    """A line of the proof; those of before there were accounts and events have neither."""
    return {"item": "", "why": [], **line, "words": say(f"closure.proof.{line['name']}", lang)}
