"""The rulebook as it stands in docs/rulebook, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from portal.rules.rulebook import Rule, parse_rulebook

FAMILIES = "GCPBNTSD"


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the families."""
    folder = settings.BASE_DIR / "docs" / "rulebook"
    read = [rule for path in sorted(folder.glob("*.md")) for rule in parse_rulebook(path.read_text(encoding="utf-8"))]
    ordered = sorted(read, key=lambda rule: FAMILIES.index(rule.family))
    found = {rule.id: rule for rule in ordered}
    if len(found) != len(read):
        raise ValueError("a rule id stands twice in docs/rulebook")
    return found


def families() -> Mapping[str, list[Rule]]:
    """The rules by family letter."""
    return {letter: [rule for rule in all_rules().values() if rule.family == letter] for letter in FAMILIES}
