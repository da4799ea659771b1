"""The journeys do not get in each other's way, in whatever order they run."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

JOURNEYS = Path(__file__).resolve().parents[1] / "journeys"
CONTACT = re.compile(r"169327[0-9]{5}")


def test_a_contact_belongs_to_one_journey() -> None:
    """A number gets one code a minute (D-04): two journeys with one contact would wait for each other."""
    used: dict[str, set[str]] = defaultdict(set)
    for path in JOURNEYS.glob("test_*.py"):
        for part in ast.parse(path.read_text(encoding="utf-8")).body:
            for node in ast.walk(part):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CONTACT.fullmatch(node.value):
                    used[node.value].add(f"{path.name}:{getattr(part, 'name', part.lineno)}")
    assert len(used) > 50
    assert {contact: where for contact, where in used.items() if len(where) > 1} == {}
