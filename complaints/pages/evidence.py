"""Exchanges with the provinces: the list, and one exchange word for word with personal data masked (G-06)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from complaints.pages.shown import asked_words, bss_words, by_words, paging, staff_frame
from complaints.queries import case_numbers, evidence_visible_to, exchange_of, known_of, obstructions_visible_to
from complaints.rules import masked_text, masked_words
from portal.keyset import page_of
from portal.requests import PortalRequest

HERE = "oversight-evidence-list"
HOLDER_QUESTIONS = frozenset({"identity", "other_line"})


def evidence_list(request: PortalRequest) -> HttpResponse:
    """Fifty exchanges a page, newest first; the sealed boxes are not read."""
    rows = evidence_visible_to(request.actor).defer("asked_box", "answer_box")
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    numbers = case_numbers({row.case_ref for row in page.rows if row.case_ref})
    context = staff_frame(request, HERE) | {
        "rows": [
            {
                "row": row,
                "bss": bss_words(row.operator, row.province, request),
                "case_no": numbers.get(row.case_ref, ""),
                "asked": asked_words(row.question, request.lang),
            }
            for row in page.rows
        ],
        "paging": paging(page),
    }
    return render(request, "complaints/evidence_list.html", context)


def evidence(request: PortalRequest, ref: str) -> HttpResponse:
    """One exchange; 404 for one outside the scope."""
    row = evidence_visible_to(request.actor).filter(ref=ref).first()
    if row is None:
        raise Http404
    exchange = exchange_of(row)
    about_holder = row.question in HOLDER_QUESTIONS
    known = known_of({row.case_ref}).get(row.case_ref, [])
    context = staff_frame(request, HERE) | {
        "row": row,
        "bss": bss_words(row.operator, row.province, request),
        "case_no": case_numbers({row.case_ref}).get(row.case_ref, ""),
        "question": asked_words(row.question, request.lang),
        "by": by_words(row.by_role, request.lang),
        "deleted": exchange.deleted,
        "asked": masked_text(exchange.asked, personal_name=about_holder, known=known),
        "answered": masked_text(exchange.answered, personal_name=about_holder, known=known),
        "obstructions": [
            {"row": one, "words": masked_words(one.words, known)}
            for one in obstructions_visible_to(request.actor).filter(evidence_ref=ref)
        ],
    }
    return render(request, "complaints/evidence.html", context)
