"""The proof after a withdrawal: balance by balance, as it was (C-12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from closure.rules.finding import Facts


def proof_lines(before: Facts | None, now: Facts, effects: Facts, *, evidence: Sequence[str]) -> list[dict[str, Any]]:
    """One row a fact: what it was at filing (None when the province had not answered yet), what it is, equal or not."""
    rows = [_row(name, before[name] if before else None, now[name]) for name in ("plan", "state", "contracts")]
    rows.append(_row("balance_fen", before["balance_fen"] if before else None, now["balance_fen"]))
    rows.append({"name": "charging", "before": "on", "now": now["charging"], "same": now["charging"] == "on"})
    rows.append({"name": "effects_fen", "before": 0, "now": effects["sum_fen"], "same": effects["sum_fen"] == 0})
    return [{**row, "evidence": list(evidence)} for row in rows]


def _row(name: str, before: Any, now: Any) -> dict[str, Any]:
    return {"name": name, "before": before, "now": now, "same": before is None or before == now}
