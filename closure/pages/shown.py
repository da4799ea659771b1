"""Findings, cells, fees and history as the parts of the pages want them: words ready to show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bss.gateway import Ending
from closure import states
from closure.models import Case, Check, FindingRow, Quote, QuoteLine
from closure.pages.opening import home_said
from closure.queries import latest_findings
from closure.rules.verification import SIX
from portal import clock
from portal.lexicon import say
from portal.rules.money import yuan

KINDS = {"BLOCK": "block", "WARN": "warn", "INFO": "info"}
LONG_WAIT_HOURS = 72
IN_FAVOUR = ("own", "deposit", "gifted", "collected")


def cells(case: Case, lang: str) -> list[dict[str, str]]:
    """The six checks: 通过, 须处理, 提醒, 我们来办, or who has not answered yet."""
    checks = {check.question: check for check in case.checks.all()}
    found = list(latest_findings(case)) if case.state != states.VERIFYING else []
    hidden = any(row.key == "identity.mismatch" for row in found)
    return [_cell(checks[name], found, case, lang, hidden=hidden) for name in SIX if name in checks]


def _cell(check: Check, found: list[FindingRow], case: Case, lang: str, *, hidden: bool) -> dict[str, str]:
    name = say(f"closure.six.{check.question}", lang)
    if hidden and check.question != "identity":
        return {"name": name, "kind": "idle", "word": say("closure.cell.idle", lang)}
    if not check.ending:
        return {"name": name, "kind": "idle", "word": say("closure.cell.asking", lang)}
    if check.ending not in (Ending.DONE, Ending.REFUSED):
        word = say("closure.cell.unanswered", lang)
        return {"name": name, "kind": "warn", "word": word, "more": home_said(case, lang)}
    if case.state == states.VERIFYING:
        return {"name": name, "kind": "idle", "word": say("closure.cell.answered", lang)}
    severities = [row.severity for row in found if row.question == check.question]
    for severity, kind in KINDS.items():
        if severity in severities:
            return {"name": name, "kind": kind, "word": say(f"closure.cell.{kind}", lang)}
    return {"name": name, "kind": "ok", "word": say("closure.cell.ok", lang)}


def finding_card(row: FindingRow, case: Case, checks: dict[str, Check], lang: str) -> dict[str, Any]:
    """One finding with remedy, rule and the source of its facts."""
    kind = KINDS[row.severity]
    facts = {"home": home_said(case, lang), **row.facts}
    check = checks.get(row.question)
    rule = row.rules[0]
    return {
        "kind": kind,
        "kind_word": say(f"closure.cell.{kind}", lang),
        "title": say(f"finding.{row.key}.title", lang, **facts),
        "amount": yuan(row.fen) if row.fen else "",
        "facts": say(f"finding.{row.key}.fact", lang, **facts),
        "remedy": say(f"finding.{row.key}.remedy", lang, **facts),
        "actions": _actions(row, case, lang),
        "rule_id": rule,
        "rule_url": reverse("rule", args=[rule]),
        "basis": say(f"closure.basis.{rule}", lang),
        "source": home_said(case, lang),
        "asked_at": check.answered_at if check else None,
        "evidence": check.evidence_ref if check else "",
    }


def _actions(row: FindingRow, case: Case, lang: str) -> list[dict[str, Any]]:
    if row.severity != "BLOCK" or row.settled_by_quote or case.state != states.HELD:
        return []
    return [{"words": say("closure.result.again", lang), "url": reverse("closure-again", args=[case.ref])}]


def findings(case: Case, lang: str) -> dict[str, list[dict[str, Any]]]:
    """The cards to act on first, then those to know."""
    checks = {check.question: check for check in case.checks.all()}
    rows = list(latest_findings(case))
    cards = [(row.severity, finding_card(row, case, checks, lang)) for row in rows]
    return {
        "todo": [card for severity, card in cards if severity == "BLOCK"],
        "mind": [card for severity, card in cards if severity != "BLOCK"],
    }


def fees(quote: Quote, lang: str) -> dict[str, Any]:
    """The quote as a sum: what is owed, what is set against it, the total."""
    lines = list(quote.lines.all())
    owed = [line_row(line, lang) for line in lines if line.kind not in IN_FAVOUR]
    favour = [line_row(line, lang) for line in lines if line.kind in IN_FAVOUR]
    groups = [("closure.fees.owed", owed), ("closure.fees.favour", favour)]
    total = "closure.fees.refund" if quote.total_fen < 0 else "closure.fees.pay"
    return {
        "groups": [{"title": say(key, lang), "rows": rows} for key, rows in groups if rows],
        "total_label": say(total, lang),
        "total_fen": abs(quote.total_fen),
        "signed_fen": quote.total_fen,
    }


def line_row(line: QuoteLine, lang: str) -> dict[str, Any]:
    """One line of the quote with its formula and figures."""
    figures = dict(line.figures)
    if "month" in figures:
        figures["month"] = say("closure.month", lang, n=int(figures["month"][5:]))
    return {
        "label": say(line.label, lang, **figures),
        "formula": say(line.formula, lang, **figures) if line.formula else "",
        "fen": line.fen,
        "claimed_fen": line.claimed_fen,
    }


def charging(case: Case, lang: str) -> dict[str, str]:
    """The green note: charges stopped since when, and whether the province has confirmed it (C-04)."""
    if case.charging_resumed_at:
        return {"kind": "info", "title": say("closure.charging.resumed", lang), "text": ""}
    confirmed = case.charging_stopped_at is not None
    key = "closure.charging.stopped" if confirmed else "closure.charging.stopping"
    facts = {"since_at": case.filed_at, "home": home_said(case, lang)}
    return {"kind": "ok", "title": say(key, lang, **facts), "text": say(f"{key}_text", lang, **facts)}


def left(until_at: Any, lang: str) -> str:
    """还剩 23 小时, or how late it is."""
    minutes = int((until_at - clock.now()).total_seconds() // 60)
    if minutes < 0:
        return say("closure.late", lang, hours=-minutes // 60, minutes=-minutes % 60)
    if minutes < 60:
        return say("closure.left_minutes", lang, minutes=minutes)
    if minutes < LONG_WAIT_HOURS * 60:
        return say("closure.left_hours", lang, hours=minutes // 60)
    return say("closure.left_days", lang, days=minutes // (24 * 60))
