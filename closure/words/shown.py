"""Findings, cells, fees and history as the parts of the pages want them: words ready to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse

from bss.gateway import Ending
from closure import states
from closure.models import Case, Check, Dispute, FindingRow, Quote, QuoteLine
from closure.queries import current_quote, keeps_back, latest_findings
from closure.rules.dispute import DISPUTABLE
from closure.rules.verification import SIX
from closure.words.named import home_said
from portal import clock
from portal.lexicon import say
from portal.rules.money import grouped
from settlement.models import Payout

KINDS = {"BLOCK": "block", "WARN": "warn", "INFO": "info"}
LONG_WAIT_HOURS = 72
TOTAL_NONE = "closure.fees.settled"
ACTING = ("identity.unit", "identity.heir", "identity.minor")
NOT_PROVED = ("identity.mismatch", "identity.photo", "identity.no_picture", "identity.password", "identity.other_line")
IN_FAVOUR = ("own", "deposit", "gifted", "collected", "returned")


def cells(case: Case, lang: str) -> list[dict[str, str]]:
    """The six checks: 通过, 须处理, 提醒, 我们来办, or who has not answered yet."""
    checks = {check.question: check for check in case.checks.all()}
    found = list(latest_findings(case)) if case.state != states.VERIFYING else []
    hidden = any(row.key in NOT_PROVED or row.key.startswith("mandate.") for row in found)
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


OWED = ("bill", "excess", "late_fee")
REFUSED = "province.refused"
"""A question without an answer: its card names the question, so that eight cards are not eight times the same."""


def finding_card(row: FindingRow, case: Case, checks: dict[str, Check], lang: str) -> dict[str, Any]:
    """One finding with remedy, rule and the source of its facts."""
    kind = KINDS[row.severity]
    question = {"question": say(f"closure.six.{row.question}", lang)} if row.key == REFUSED else {}
    facts = {"home": home_said(case, lang), **question, **row.facts}
    check = checks.get(row.question)
    rule = row.rules[0]
    return {
        "kind": kind,
        "kind_word": say(f"closure.cell.{kind}", lang),
        "title": say(f"finding.{row.key}.title", lang, **facts),
        "amount": grouped(row.fen) if row.fen else "",
        "facts": say(_fact_key(row), lang, **facts),
        "remedy": say(_remedy_key(row, case), lang, **facts),
        "actions": _actions(row, case, lang),
        "rule_id": rule,
        "rule_url": reverse("rule", args=[rule]),
        "basis": say(f"closure.basis.{rule}", lang),
        "source": home_said(case, lang),
        "asked_at": check.answered_at if check else None,
        "evidence": check.evidence_ref if check else "",
    }


def _fact_key(row: FindingRow) -> str:
    """A tie that costs nothing says so in words rather than as 0.00."""
    free = row.key.startswith("tie.") and row.facts.get("price_fen") == 0
    return f"finding.{row.key}.fact_free" if free else f"finding.{row.key}.fact"


def _remedy_key(row: FindingRow, case: Case) -> str:
    """Arrears of which something is disputed are not all in the sum to be paid (C-03); later roaming charges are paid
    as was agreed (C-06).
    """
    key = f"finding.{row.key}.remedy"
    if row.key == "roaming.tail":
        return f"{key}_keep" if keeps_back(case) else key
    disputed = row.key == "arrears.in_quote" and case.disputes.filter(kind__in=OWED).exclude(state="ENDED").exists()
    return f"{key}_disputed" if disputed else key


def _actions(row: FindingRow, case: Case, lang: str) -> list[dict[str, Any]]:
    if case.state == states.QUOTED:
        return _disputing(row, case, lang)
    if row.severity != "BLOCK" or row.settled_by_quote or case.state != states.HELD:
        return []
    if row.key in ACTING or row.key.startswith("mandate."):
        return [{"words": say("closure.acting.go", lang), "url": reverse("closure-case-acting", args=[case.ref])}]
    return [{"words": say("closure.result.again", lang), "url": reverse("closure-again", args=[case.ref])}]


CONTESTED_AT = {"contract.running": ("penalty", "item", ""), "bills.abnormal": ("bill", "month", "?part=excess")}


def _disputing(row: FindingRow, case: Case, lang: str) -> list[dict[str, Any]]:
    """A running contract and an abnormal bill can be disputed where they are found (C-03, C-15); how a roaming tail is
    paid is agreed there (C-06)."""
    kind, name, part = CONTESTED_AT.get(row.key, ("", "", ""))
    if row.key == "roaming.tail":
        url = reverse("closure-roaming", args=[case.ref])
        return [{"words": say("closure.roaming.choose", lang), "url": url, "second": True}]
    quote = current_quote(case)
    item = row.facts.get(name, "")
    line = quote.lines.filter(kind=kind, item=item, fen__gt=0).first() if quote and item else None
    if line is None or case.disputes.filter(item=item).exclude(state="ENDED").exists():
        return []
    url = reverse("closure-dispute", args=[case.ref, line.position]) + part
    return [{"words": say(f"closure.dispute.button.{kind}", lang), "url": url, "second": True}]


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
    """The quote as a sum: what is owed, what is set against it, the total. Each charge can be disputed (C-03)."""
    case, lines = quote.case, list(quote.lines.all())
    disputes = {dispute.ref: dispute for dispute in case.disputes.all()}

    def shown(line: QuoteLine) -> dict[str, Any]:
        dispute = disputes.get(line.dispute)
        return line_row(line, lang, dispute) | dispute_link(line, case, dispute, lang)

    owed = [shown(line) for line in lines if line.kind not in IN_FAVOUR]
    favour = [shown(line) for line in lines if line.kind in IN_FAVOUR]
    groups = [("closure.fees.owed", owed), ("closure.fees.favour", favour)]
    total = "closure.fees.refund" if quote.total_fen < 0 else "closure.fees.pay" if quote.total_fen else TOTAL_NONE
    return {
        "groups": [{"title": say(key, lang), "rows": rows} for key, rows in groups if rows],
        "total_label": say(total, lang),
        "total_fen": abs(quote.total_fen),
        "signed_fen": quote.total_fen,
    }


def route_words(case: Case, lang: str, payout: Payout | None = None) -> str:
    """Where money goes: the last four digits of a card or number, or cash in a store.

    Once it is on its way the payout says so itself: of two that go back, the second may go another way (C-05, C-06).
    """
    if payout is not None:
        return say(f"closure.route.{payout.route}", lang, last4=payout.last4)
    return say(f"closure.route.{case.refund_route or 'card'}", lang, last4=case.refund_last4)


def line_row(line: QuoteLine, lang: str, dispute: Dispute | None = None) -> dict[str, Any]:
    """One line of the quote with its formula and figures; a disputed one says where it stands (C-03)."""
    figures = figures_said(line.figures, lang)
    return {
        "label": say(line.label, lang, **figures),
        "formula": say(line.formula, lang, **figures) if line.formula else "",
        "terms": terms_said(line.figures, lang) if line.kind == "penalty" else "",
        "note": say(f"closure.dispute.state.{dispute.state}", lang) if dispute else "",
        "fen": line.fen,
        "claimed_fen": line.claimed_fen,
    }


def terms_said(figures: Mapping[str, Any], lang: str) -> str:
    """Which version of the formula, published when, and when the contract was signed: the rule anyone can check (C-03).

    Empty for a quote of before these were kept.
    """
    if "signed_on" not in figures:
        return ""
    names = ("version", "published_on", "signed_on")
    parts = [say(f"terms.{name}", lang, **{name: figures[name]}) for name in names if name in figures]
    if "published_on" not in figures:
        parts.insert(0, say("terms.not_published", lang))
    return say("terms.joint", lang).join(parts)


def figures_said(figures: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The figures of a line as its words want them: a month by its name."""
    month = {"month": say("closure.month", lang, n=int(figures["month"][5:]))} if "month" in figures else {}
    return {**figures, **month}


def dispute_link(line: QuoteLine, case: Case, dispute: Dispute | None, lang: str) -> dict[str, str]:
    """Where a line is disputed, or where its dispute stands; {} for one that cannot be."""
    if dispute is not None:
        url = reverse("closure-disputed", args=[case.ref, dispute.ref])
        return {"link_url": url, "link_words": say("closure.dispute.see", lang)}
    if case.state != states.QUOTED or line.kind not in DISPUTABLE or line.fen <= 0:
        return {}
    url = reverse("closure-dispute", args=[case.ref, line.position])
    return {"link_url": url, "link_words": say("closure.dispute.link", lang)}


def charging(case: Case, lang: str) -> dict[str, str]:
    """The green note: charges stopped since when, and whether the province has confirmed it (C-04)."""
    if case.charging_resumed_at:
        return {"kind": "info", "title": say("closure.charging.resumed", lang), "text": ""}
    confirmed = case.charging_stopped_at is not None
    if case.proved_at is None:
        facts = {"since_at": case.filed_at, "home": home_said(case, lang)}
        words = [say(f"closure.charging.{part}", lang, **facts) for part in ("waiting", "waiting_text")]
        return {"kind": "info", "title": words[0], "text": words[1]}
    key = "closure.charging.stopped" if confirmed else "closure.charging.stopping"
    facts = {"since_at": case.stopped_from or case.counted_from or case.filed_at, "home": home_said(case, lang)}
    return {"kind": "ok", "title": say(key, lang, **facts), "text": say(f"{key}_text", lang, **facts)}


def is_near(case: Case) -> bool:
    """Whether something happens within a minute, so that the page looks again by itself."""
    return case.due_at is not None and case.due_at <= clock.now() + timedelta(minutes=1)


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
