"""How content people were, per operator and province, shown plainly (T-15)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from complaints.pages.shown import bss_words, staff_frame
from complaints.queries_satisfaction import FEW, Scores, scores
from portal.requests import PortalRequest

HERE = "oversight-satisfaction"


def satisfaction(request: PortalRequest) -> HttpResponse:
    """Template complaints/satisfaction.html, context: rows [{bss, n, mean, content, discontent, few}], total."""
    rows = scores(request.actor)
    context = staff_frame(request, HERE) | {
        "rows": [_row(row, bss_words(row.operator, row.province, request)) for row in rows],
        "total": _row(_total(rows), ""),
        "few": FEW,
    }
    return render(request, "complaints/satisfaction.html", context)


def _total(rows: list[Scores]) -> Scores:
    return Scores(
        "", "", *(sum(getattr(row, name) for row in rows) for name in ("asked", "n", "points", "high", "low"))
    )


def _row(row: Scores, bss: str) -> dict[str, object]:
    """Shares in whole per cent, from the counts; a mean of few answers says that it is one."""
    share = {name: f"{round(100 * count / row.n)} %" if row.n else "–" for name, count in _counts(row).items()}
    mean = f"{row.points / row.n:.2f}" if row.n else "–"
    return {"bss": bss, "asked": row.asked, "n": row.n, "mean": mean, "few": 0 < row.n < FEW, **share}


def _counts(row: Scores) -> dict[str, int]:
    return {"content": row.high, "discontent": row.low}
