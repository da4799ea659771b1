"""What a signed-in line may see of who looked at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from portal.actors import Actor
from portal.models import AuditEntry

LATEST = 50
REVEAL = "reveal"


@dataclass(frozen=True)
class Look:
    """One look at unmasked data: who, when, what, why (D-02)."""

    who: str
    at: datetime
    what: str
    reason: str


def looks_at(actor: Actor) -> list[Look]:
    """Each recorded look at this line's data, newest first; kept under the line's own account."""
    entries = AuditEntry.objects.filter(verb=REVEAL, subject_ref=actor.line_ref).order_by("-id")[:LATEST]
    return [_look(entry) for entry in entries]


def _look(entry: AuditEntry) -> Look:
    facts = json.loads(entry.facts or "{}")
    return Look(
        who=str(facts.get("who", entry.by_role)),
        at=datetime.fromisoformat(entry.at_text),
        what=str(facts.get("what", "")),
        reason=str(facts.get("reason", "")),
    )
