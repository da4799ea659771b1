"""What a run found: a table to read, and bench/out.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path(__file__).parent / "out.json"


@dataclass(frozen=True)
class Row:
    """One path: ours beside a peer and beside the limit; `ratio` is what the target is about."""

    path: str
    ours: float
    unit: str
    peer: str
    peer_value: float | None
    limit: str
    limit_value: float | None
    ratio: float
    target: str
    ok: bool


def write(rows: Sequence[Row]) -> None:
    """Keep the rows for whoever compares."""
    OUT.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    heads = ("path", "ours", "unit", "peer", "limit", "ratio", "target", "ok")
    cells = [heads, *((_cells(row)) for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(heads))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def _cells(row: Row) -> tuple[str, ...]:
    peer = f"{row.peer} {row.peer_value:.4g}" if row.peer_value is not None else row.peer
    limit = f"{row.limit} {row.limit_value:.4g}" if row.limit_value is not None else row.limit
    ok = "yes" if row.ok else "NO"
    return (row.path, f"{row.ours:.4g}", row.unit, peer, limit, f"{row.ratio:.3g}", row.target, ok)
