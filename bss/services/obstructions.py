"""Recording what a province put in the way, with its own answer as evidence (B-2, DESIGN "What nobody else has")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from bss.models import Obstruction
from bss.provinces import Bss
from portal import audit, clock
from portal.actors import Actor

UNLAWFUL_REASON = "unlawful_reason"
QUESTION_REFUSED = "question_refused"
TERM_MOVED = "term_moved"
PLAN_ADDED = "plan_added"
SILENT = "silent"
SAID_DONE = "said_done"
SAID_REFUSED = "said_refused"
BOOKS_DISAGREE = "books_disagree"
KINDS = frozenset(
    {UNLAWFUL_REASON, QUESTION_REFUSED, TERM_MOVED, PLAN_ADDED, SILENT, SAID_DONE, SAID_REFUSED, BOOKS_DISAGREE}
)

_LONG_NUMBER = re.compile(r"[0-9]{7,}[0-9Xx]?")


def record(
    bss: Bss,
    kind: str,
    *,
    case_ref: str,
    rules: Sequence[str],
    evidence_ref: str,
    words: str,
    by: Actor,
    against_ref: str = "",
) -> Obstruction:
    """Record one obstruction, in the caller's transaction or one of its own; the same one again brings the first back.

    `against_ref` is the evidence that contradicts `evidence_ref`, where a province said two things. `words` are the
    province's own; long digit runs in them are starred, the whole stands sealed in the evidence row.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    with transaction.atomic(durable=not connection.in_atomic_block):
        defaults = {
            "operator": bss.operator,
            "province": bss.province,
            "rules": list(rules),
            "against_ref": against_ref,
            "words": _LONG_NUMBER.sub(_starred, words)[:500],
            "at": clock.now(),
            "by_ref": by.ref,
        }
        return _record(bss, kind, defaults, case_ref=case_ref, evidence_ref=evidence_ref, by=by)


def _record(
    bss: Bss, kind: str, defaults: dict[str, Any], *, case_ref: str, evidence_ref: str, by: Actor
) -> Obstruction:
    row, made = Obstruction.objects.get_or_create(
        case_ref=case_ref, kind=kind, evidence_ref=evidence_ref, defaults=defaults
    )
    if made:
        audit.record(
            "obstruction.record",
            subject_ref=row.ref,
            by=by,
            chain=bss.province,
            rules=tuple(defaults["rules"]),
            facts={"kind": kind, "operator": bss.operator, "evidence_ref": evidence_ref},
        )
    return row


def _starred(match: re.Match[str]) -> str:
    digits = match.group()
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"
