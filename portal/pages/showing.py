"""One line for a page: template, context, number."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

UNPROCESSABLE = 422


def show(request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Render a page; a form with errors makes it 422 (CONVENTIONS 16)."""
    form = context.get("form")
    wrong = status == 200 and bool(getattr(form, "errors", None))
    return render(request, template, dict(context), status=UNPROCESSABLE if wrong else status)
