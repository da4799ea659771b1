"""What a signed-in line may see of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from portal.actors import Actor
from portal.errors import Missing
from portal.models import AuditEntry, LineAccount, Notice

LATEST = 50
REVEAL = "reveal"


@dataclass(frozen=True)
class Look:
    """One look at unmasked data: who, when, what, why (D-02)."""

    who: str
    at: datetime
    what: str
    reason: str


def account_of(actor: Actor) -> LineAccount:
    """The actor's own account; Missing for anybody without one."""
    account = LineAccount.objects.filter(ref=actor.line_ref, ended_at=None).first()
    if account is None:
        raise Missing("error.missing")
    return account


def looks_at(actor: Actor, lang: str) -> list[Look]:
    """Each recorded look at this line's data, newest first; kept under the line's own account."""
    entries = AuditEntry.objects.filter(verb=REVEAL, subject_ref=actor.line_ref).order_by("-id")[:LATEST]
    return [_look(entry) for entry in entries]


def notices_of(actor: Actor) -> list[dict[str, object]]:
    """The latest notices to this number, word for word."""
    account = account_of(actor)
    rows = Notice.objects.filter(number_index=account.number_index).order_by("-id")[:LATEST]
    return [{"text": row.text, "at": row.created_at} for row in rows]


def _look(entry: AuditEntry) -> Look:
    facts = json.loads(entry.facts or "{}")
    return Look(
        who=str(facts.get("who", entry.by_role)),
        at=datetime.fromisoformat(entry.at_text),
        what=str(facts.get("what", "")),
        reason=str(facts.get("reason", "")),
    )
