"""The books in words: companies, accounts, purposes, who did it; the same on pages, in print and in tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from portal.lexicon import say, texts
from portal.models import Person
from settlement.models import Account, Statement, Transfer


def company_words(code: str, lang: str, *, within: str = "") -> str:
    """`甲网福建`, or `福建` inside the books of that operator; the code itself where it names nobody known."""
    operator, _, province = code.partition("_")
    place = _or_itself(f"province.{province}", province, lang)
    if operator == within:
        return place
    return _or_itself(f"operator.{operator}", operator, lang) + (" " if lang == "en" else "") + place


def account_words(account: Account, lang: str) -> str:
    """The kind of an account, and about whom: `应收外省 · 江苏`."""
    kind = _or_itself(f"account.{account.kind}", account.kind, lang)
    if not account.counterpart:
        return kind
    return f"{kind} · {company_words(account.counterpart, lang, within=account.operator)}"


def purpose_words(transfer: Transfer, lang: str) -> str:
    """What a transfer is for."""
    return _or_itself(f"transfer.purpose.{transfer.purpose}", transfer.purpose, lang)


def largest_leg(transfer: Transfer) -> int:
    """The sum people know a transfer by, in fen: what was collected, not both the legs that tell of it."""
    return max(abs(leg.fen) for leg in transfer.entries.all())


def month_words(statement: Statement, lang: str) -> str:
    """`2026年10月`, or `October 2026`."""
    return month_name(statement.first_on, lang)


def month_name(month: date, lang: str) -> str:
    """The same of any day in the month."""
    return f"{month.year}年{month.month}月" if lang == "zh" else f"{month:%B} {month.year}"


def people_words(refs: Iterable[str], lang: str) -> dict[str, str]:
    """Who these are, by what the books know of them: a person's body and staff number, or `系统`; one query."""
    wanted = {ref for ref in refs if ref}
    people = {ref.partition(":")[2] for ref in wanted if ref.startswith("person:")}
    known: dict[str, Any] = dict(Person.objects.filter(ref__in=people).values_list("ref", "label")) if people else {}
    return {ref: known.get(ref.partition(":")[2], say("role.robot", lang)) for ref in wanted}


def _or_itself(key: str, otherwise: str, lang: str) -> str:
    return say(key, lang) if key in texts() else otherwise
