"""Verifying the audit chain at the wish of a regulator or an auditor (D-03)."""

from __future__ import annotations

from django.db import transaction

from complaints.models import ChainCheck
from portal import audit, clock
from portal.actors import Actor


def check_chain(*, by: Actor) -> ChainCheck:
    """Recompute every link from the first one, keep the finding, and record that it was asked for."""
    report = audit.verify()
    with transaction.atomic(durable=True):
        check = ChainCheck.objects.create(
            at=clock.now(),
            by_ref=by.ref,
            entries=report.entries,
            broken_chain=report.broken_chain,
            broken_at=report.broken_at,
            problem=report.problem,
        )
        audit.record(
            "oversight.chain_checked",
            subject_ref=str(check.pk),
            by=by,
            chain=audit.CENTRE,
            rules=("D-03",),
            facts={"entries": report.entries, "whole": report.whole},
        )
    return check
