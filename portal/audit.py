r"""The audit chain: one SQL call a record, verifiable from its first link (D-03).

There is one chain per province code, and "centre". A link's ``hash`` is SHA-256 over these fields joined by line
breaks: chain, day, seq, verb, subject, by, role, rules, facts, at, mac, previous hash. ``seq`` begins anew each day,
and the day's first link carries the head of the day before. ``mac`` is HMAC-SM3 under a key outside the database over
what was recorded, so that whoever owns the database can break the chain but not write a link. Facts hold ids and
figures, never a name, a number or a document: the chain cannot forget.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from portal.actors import Actor
from portal.cipher import keyed_hash
from portal.clock import now
from portal.masked import Masked
from portal.models.history import AuditAnchor, AuditEntry

CENTRE = "centre"
GENESIS = "0" * 64

_APPEND = "SELECT tongban_audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Report:
    """What a verification found: how many links hold, and where the first does not."""

    entries: int
    broken_chain: str = ""
    broken_at: str = ""
    problem: str = ""

    @property
    def whole(self) -> bool:
        """Whether every link of every chain holds."""
        return self.problem == ""


def _plain_fact(value: Any) -> Any:
    if isinstance(value, Masked):
        raise TypeError("the chain cannot forget: no personal value goes into it")
    return str(value)


def record(
    verb: str,
    *,
    subject_ref: str,
    by: Actor,
    chain: str,
    rules: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Append one link in the caller's transaction and return its hash.

    Locks the chain to the transaction's end: call it late, and for one chain only in one transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit record belongs to the transaction it tells of")
    at = now()
    body = json.dumps(facts or {}, sort_keys=True, separators=(",", ":"), default=_plain_fact)
    said = (chain, verb, subject_ref, by.ref, str(by.role), " ".join(rules), body, at.isoformat())
    mac = keyed_hash(settings.AUDIT_KEY, *said).hex()
    values = (chain, at.date(), *said[1:], mac)
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, values)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def head(chain: str) -> str:
    """The hash of a chain's last link, as a receipt prints it; zeros for an empty chain."""
    last = AuditEntry.objects.filter(chain=chain).order_by("-day", "-seq").values_list("hash", flat=True).first()
    return last or GENESIS


def _anchor_mac(chain: str, day: str, seq: int, link: str) -> str:
    return keyed_hash(settings.AUDIT_KEY, "anchor", chain, day, str(seq), link).hex()


def anchor() -> int:
    """Store each chain's head under the key outside the database; returns how many were new."""
    rows = []
    with transaction.atomic():
        for last in AuditEntry.objects.order_by("chain", "-day", "-seq").distinct("chain"):
            mac = _anchor_mac(last.chain, last.day.isoformat(), last.seq, last.hash)
            rows.append(AuditAnchor(chain=last.chain, day=last.day, seq=last.seq, hash=last.hash, mac=mac, at=now()))
        before = AuditAnchor.objects.count()
        AuditAnchor.objects.bulk_create(rows, ignore_conflicts=True)
        return AuditAnchor.objects.count() - before


def _said(entry: AuditEntry) -> tuple[str, ...]:
    return (
        entry.chain,
        entry.verb,
        entry.subject_ref,
        entry.by_ref,
        entry.by_role,
        entry.rules,
        entry.facts,
        entry.at_text,
    )


def link_hash(entry: AuditEntry) -> str:
    """The hash this link ought to carry, recomputed as anyone can."""
    fields = (entry.chain, entry.day.isoformat(), str(entry.seq), *_said(entry)[1:], entry.mac, entry.prev_hash)
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def _problem(entry: AuditEntry, before: AuditEntry | None) -> str:
    same_day = before is not None and before.day == entry.day
    if entry.seq != (before.seq + 1 if same_day and before else 1):
        return "gap"
    if entry.prev_hash != (before.hash if before else GENESIS):
        return "broken link"
    if not hmac.compare_digest(link_hash(entry), entry.hash):
        return "changed"
    if not hmac.compare_digest(keyed_hash(settings.AUDIT_KEY, *_said(entry)).hex(), entry.mac):
        return "not ours"
    return ""


def _lost_anchor() -> AuditAnchor | None:
    for one in AuditAnchor.objects.order_by("chain", "day", "seq"):
        mac = _anchor_mac(one.chain, one.day.isoformat(), one.seq, one.hash)
        held = AuditEntry.objects.filter(chain=one.chain, day=one.day, seq=one.seq, hash=one.hash).exists()
        if not held or not hmac.compare_digest(mac, one.mac):
            return one
    return None


def verify() -> Report:
    """Recompute every chain from its first link, then its anchors; reports the first link that does not hold."""
    count = 0
    before: AuditEntry | None = None
    for entry in AuditEntry.objects.order_by("chain", "day", "seq").iterator(chunk_size=5000):
        if before is not None and before.chain != entry.chain:
            before = None
        problem = _problem(entry, before)
        if problem:
            return Report(count, entry.chain, f"{entry.day} {entry.seq}", problem)
        before, count = entry, count + 1
    lost = _lost_anchor()
    if lost is not None:
        return Report(count, lost.chain, f"{lost.day} {lost.seq}", "head lost")
    return Report(count)
