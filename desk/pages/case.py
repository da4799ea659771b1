"""One case, read-only: six checks, findings, quote, orders and everything said with the provinces, masked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bss.models import Command, Evidence
from closure.pages import shown as closure_shown
from closure.pages.opening import case_or_missing, home_words
from closure.queries import current_quote, movements_of
from complaints.pages.shown import asked_words, by_words
from desk.pages.shown import staff_frame, waiting
from desk.queries import commands_of, exchanges_of
from portal.lexicon import say
from portal.models import Movement
from portal.requests import PortalRequest


def case(request: PortalRequest, ref: str) -> HttpResponse:
    """404 for a case outside the clerk's scope, as for an absent one."""
    found = case_or_missing(request, ref)
    lang = request.lang
    quote = current_quote(found)
    cards = closure_shown.findings(found, lang)
    context = staff_frame(request) | {
        "case": found,
        "number": found.number.masked,
        "holder": found.name.masked if found.name_box else "",
        "document": found.id_number.masked if found.id_box else "",
        "home": home_words(found, lang),
        "visiting": say(f"province.{found.visiting_province}", lang) if found.visiting_province else "",
        "waiting": waiting(found, lang),
        "cells": closure_shown.cells(found, lang),
        "findings": [*cards["todo"], *cards["mind"]],
        "fees": closure_shown.fees(quote, lang) if quote else None,
        "quote": quote,
        "commands": [_command(one, lang) for one in commands_of(found)],
        "exchanges": [_exchange(one, lang) for one in exchanges_of(found)],
        "events": [_event(one, lang) for one in movements_of(found)],
        "contacts": found.contacts_made,
    }
    return render(request, "desk/case.html", context)


def _bss_words(operator: str, province: str, lang: str) -> str:
    return f"{say(f'operator.{operator}', lang)} {say(f'province.{province}', lang)}"


def _exchange(row: Evidence, lang: str) -> dict[str, Any]:
    return {
        "row": row,
        "bss": _bss_words(row.operator, row.province, lang),
        "asked": asked_words(row.question, lang),
    }


def _command(row: Command, lang: str) -> dict[str, Any]:
    return {
        "row": row,
        "bss": _bss_words(row.operator, row.province, lang),
        "order": asked_words(row.verb, lang),
        "state": say(f"desk.command.{row.state}", lang),
    }


def _event(row: Movement, lang: str) -> dict[str, Any]:
    return {"at": row.at, "title": say(f"desk.state.{row.to_state}", lang), "by": by_words(row.by_role, lang)}
