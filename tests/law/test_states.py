"""One door for state: tables are closed, and nobody else turns the handle (CONVENTIONS 4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from portal.moving import Stateful

APPS = ("portal", "bss", "settlement", "realname", "closure", "porting", "complaints", "desk")
DOORS = {
    "portal/moving.py": "the door itself",
    "portal/services/sms.py": "the delivery mark of a text message, which is no case",
    "portal/services/inbound.py": "the same",
    "portal/services/register.py": "the rung of a number, kept by the register (C-11)",
}
MODELS = [model for model in apps.get_models() if issubclass(model, Stateful)]


def sources() -> Iterator[Path]:
    """The product's own code, the simulated provinces apart: they are the other side."""
    for app in APPS:
        yield from (path for path in Path(app).rglob("*.py") if not {"migrations", "simulated"} & set(path.parts))


def turns(path: Path) -> list[str]:
    """Places that assign `.state` or write it by `update(state=…)`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        assigned = any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets)
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        written = called and isinstance(node, ast.Call) and any(one.arg == "state" for one in node.keywords)
        if assigned or written:
            found.append(f"{path}:{getattr(node, 'lineno', 0)}")
    return found


def test_nothing_but_the_door_changes_a_state() -> None:
    assert [place for path in sources() if str(path) not in DOORS for place in turns(path)] == []


@pytest.mark.parametrize("text", ["row.state = 'X'\n", "rows.filter(a=1).update(owner='', state='X')\n"])
def test_the_search_would_find_one(tmp_path: Path, text: str) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(text, encoding="utf-8")
    assert len(turns(wrong)) == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_row_with_a_state_has_a_table_whose_states_fit(model: type[Stateful]) -> None:
    table = model.TRANSITIONS
    states = set(table) | {to for targets in table.values() for to in targets}
    assert len(table) > 0
    assert max(map(len, states)) <= (model._meta.get_field("state").max_length or 0)
    assert all(old not in targets for old, targets in table.items())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_state_leads_to_an_end(model: type[Stateful]) -> None:
    table = model.TRANSITIONS
    ends = {to for targets in table.values() for to in targets} - {old for old, targets in table.items() if targets}
    good = set(ends)
    while more := {old for old, targets in table.items() if targets & good} - good:
        good |= more
    assert ends != set()
    assert set(table) - good == set()
