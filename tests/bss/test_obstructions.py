"""Obstructions: facts with their evidence row (B-2)."""

from __future__ import annotations

from bss.models import Obstruction
from bss.provinces import Bss
from bss.services.obstructions import UNLAWFUL_REASON, record
from portal.actors import Actor
from portal.models import AuditEntry

FUJIAN = Bss("161", "35")


def recorded(by: Actor, words: str = "您在优惠期内，不能销户") -> Obstruction:
    """One obstruction of Fujian."""
    return record(
        FUJIAN, UNLAWFUL_REASON, case_ref="c" * 26, rules=("B-2", "P-03"), evidence_ref="e" * 26, words=words, by=by
    )


def test_an_obstruction_is_recorded_once_with_its_audit_link(database: object, by: Actor) -> None:
    first, again = recorded(by), recorded(by)
    assert first.ref == again.ref
    assert AuditEntry.objects.filter(verb="obstruction.record", subject_ref=first.ref).count() == 1


def test_numbers_in_the_provinces_words_are_starred_where_they_are_shown(database: object, by: Actor) -> None:
    words = recorded(by, words="号码16135006721（359901199003071238）在优惠期").words
    assert words == "号码161****6721（359****1238）在优惠期"
