"""Pages for what went wrong: the number, one sentence, and the way on. Never a trace, never a code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.api.problems import problem, problem_of
from portal.errors import TongbanError

PAGES = frozenset({400, 403, 404, 409, 422, 429, 500})
CONFLICT = 409


def error_response(request: HttpRequest, error: TongbanError) -> HttpResponse:
    """One of our own refusals as a page, or as problem+json below /api/."""
    if request.path.startswith("/api/"):
        return _unstored(problem_of(error, lang_of(request)))
    words = error.message(lang_of(request))
    response = _answer(request, error.http, error.key, words, field=error.field, rule_id=error.rule_id)
    retry_after = getattr(error, "retry_after", None)
    if retry_after:
        response.headers["Retry-After"] = str(int(retry_after))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be read."""
    return _answer(request, 400, "bad-request")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this person."""
    return _answer(request, 403, "refused")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form came without our token, most often because the page had been open for too long."""
    return _answer(request, 403, "csrf")


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or another person's; both look the same."""
    return _answer(request, 404, "missing")


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault; says so without touching the database."""
    return _answer(request, 500, "failed")


def lang_of(request: HttpRequest) -> str:
    """The request's language, also where the language middleware has not run."""
    return str(getattr(request, "lang", "zh"))


def _answer(
    request: HttpRequest, http: int, kind: str, words: str = "", *, field: str = "", rule_id: str = ""
) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _unstored(problem(http, lang_of(request)))
    page = http if http in PAGES else 500
    context = {
        "title_key": f"wrong.{page}.title",
        "text_key": "wrong.403.csrf" if kind == "csrf" else f"wrong.{page}.text",
        "words": words,
        "rule_id": rule_id,
        "look_again": request.path if page == CONFLICT else "",
    }
    return render(request, "errors/wrong.html", context, status=http)


def _unstored(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
