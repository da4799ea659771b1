"""The audit chain: whether it holds, its heads, and a package by which anybody recomputes it (D-03)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from complaints.pages.shown import place, staff_frame
from complaints.queries import chains, last_check, links
from complaints.services.chain import check_chain
from portal.actors import Actor
from portal.audit import CENTRE
from portal.lexicon import say
from portal.requests import PortalRequest

HOW = (
    "One line a link, oldest first within each chain. hash = SHA-256 (hex) of these fields joined by line breaks: "
    "chain, day, seq, verb, subject_ref, by_ref, by_role, rules, facts, at_text, mac, prev_hash. seq begins at 1 each "
    "day; prev_hash is the hash of the link before, 64 zeros before the first. mac is HMAC-SM3 under the portal's key "
    "and cannot be recomputed outside; it is covered by hash."
)


def chain(request: PortalRequest) -> HttpResponse:
    """GET shows the last verification and the heads in scope; POST verifies again."""
    if request.method == "POST":
        check_chain(by=request.actor)
        return redirect("oversight-chain")
    found = chains(request.actor)
    check = last_check()
    context = staff_frame(request, "oversight-chain") | {
        "rows": [{"chain": row, "name": _name(row.name, request)} for row in found],
        "links": sum(row.links for row in found),
        "check": check,
        "broken_chain": _name(check.broken_chain, request) if check and check.broken_chain else "",
    }
    return render(request, "complaints/chain.html", context)


def package(request: PortalRequest) -> StreamingHttpResponse:
    """Every link in scope as JSON lines; the first line says how to recompute them."""
    response = StreamingHttpResponse(_lines(request.actor), content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="tongban-audit-chain.jsonl"'
    return response


def _lines(actor: Actor) -> Iterator[bytes]:
    yield _line({"how": HOW})
    for link in links(actor):
        yield _line(link)


def _line(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


def _name(name: str, request: PortalRequest) -> str:
    return say("oversight.chain.centre", request.lang) if name == CENTRE else place("province", name, request)
