"""Codes and seals are compared in constant time (RELIABILITY §3.8)."""

from __future__ import annotations

import ast
from pathlib import Path

SECRET = ("mac", "digest", "signature", "secret", "code_hash")
APPS = ("portal", "bss", "settlement", "closure", "complaints", "desk")


def name_of(node: ast.expr) -> str:
    """The last word of a name, an attribute or a call."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def compared_plainly(path: Path) -> list[str]:
    """Places where such a value is compared with == or !=."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            names = [name_of(one) for one in (node.left, *node.comparators)]
            found += [f"{path}:{node.lineno}" for name in names if name.endswith(SECRET)]
    return found


def test_no_code_or_seal_is_compared_with_two_equal_signs() -> None:
    files = [path for app in APPS for path in Path(app).rglob("*.py")]
    assert len(files) > 50
    assert [place for path in files for place in compared_plainly(path)] == []


def test_the_search_would_find_one(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("if row.mac == given or f(x) != digest(y):\n    pass\n", encoding="utf-8")
    assert len(compared_plainly(wrong)) == 2
