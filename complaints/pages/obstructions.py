"""Obstructions: what a province put in the way, in its own words, with the evidence beside it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from complaints.pages.shown import bss_words, paging, place, staff_frame
from complaints.queries import case_numbers, known_of, obstructions_visible_to
from complaints.rules import masked_words
from portal.keyset import page_of
from portal.requests import PortalRequest

HERE = "oversight-obstructions"


def obstruction_list(request: PortalRequest) -> HttpResponse:
    """Fifty a page, newest first."""
    page = page_of(
        obstructions_visible_to(request.actor),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    refs = {row.case_ref for row in page.rows}
    numbers, known = case_numbers(refs), known_of(refs)
    context = staff_frame(request, HERE) | {
        "rows": [
            {
                "row": row,
                "words": masked_words(row.words, known.get(row.case_ref, [])),
                "bss": bss_words(row.operator, row.province, request),
                "kind": place("obstruction", row.kind, request),
                "rules": ", ".join(row.rules),
                "case_no": numbers.get(row.case_ref, ""),
            }
            for row in page.rows
        ],
        "paging": paging(page),
    }
    return render(request, "complaints/obstruction_list.html", context)
