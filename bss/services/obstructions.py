"""Recording what a province put in the way, with its own answer as evidence (B-2, DESIGN "What nobody else has")."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
KINDS = frozenset({UNLAWFUL_REASON, QUESTION_REFUSED, TERM_MOVED, PLAN_ADDED, SILENT})

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
) -> Obstruction:
    """Record one obstruction, in the caller's transaction or one of its own; the same one again brings the first back.

    `words` are the province's own; long digit runs in them are starred, the whole stands sealed in the evidence row.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    with transaction.atomic(durable=not connection.in_atomic_block):
        return _record(bss, kind, case_ref=case_ref, rules=rules, evidence_ref=evidence_ref, words=words, by=by)


def _record(
    bss: Bss, kind: str, *, case_ref: str, rules: Sequence[str], evidence_ref: str, words: str, by: Actor
) -> Obstruction:
    row, made = Obstruction.objects.get_or_create(
        case_ref=case_ref,
        kind=kind,
        evidence_ref=evidence_ref,
        defaults={
            "operator": bss.operator,
            "province": bss.province,
            "rules": list(rules),
            "words": _LONG_NUMBER.sub(_starred, words)[:500],
            "at": clock.now(),
            "by_ref": by.ref,
        },
    )
    if made:
        audit.record(
            "obstruction.record",
            subject_ref=row.ref,
            by=by,
            chain=bss.province,
            rules=tuple(rules),
            facts={"kind": kind, "operator": bss.operator, "evidence_ref": evidence_ref},
        )
    return row


def _starred(match: re.Match[str]) -> str:
    digits = match.group()
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"
