"""One case, read-only: six checks, findings, quote, orders and everything said with the provinces, masked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bss.models import Command, Evidence
from closure.models import Case
from closure.pages.opening import case_or_missing
from closure.queries import current_quote, movements_of
from closure.words import shown as closure_shown
from closure.words.named import home_words
from closure.words.told import who_acted
from complaints.pages.shown import asked_words, by_words
from complaints.queries import secrets_of
from complaints.rules import masked_words
from desk.pages.exception import is_asked
from desk.pages.reveal import kept
from desk.pages.shown import staff_frame, waiting
from desk.queries import commands_of, exchanges_of
from portal.lexicon import say
from portal.models import Movement
from portal.permissions import roles_of
from portal.requests import PortalRequest
from portal.roles import Role


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
        "commands": [_command(one, found, lang) for one in commands_of(found)],
        "exchanges": [_exchange(one, lang) for one in exchanges_of(found)],
        "events": [_event(one, found, lang) for one in movements_of(found)],
        "contacts": found.contacts_made,
        "decides": is_asked(found) and request.actor.role in roles_of("closure.exception"),
        "kept": [{"what": what, "words": say(f"look.{what}", lang)} for what in kept(found)],
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


def _command(row: Command, found: Case, lang: str) -> dict[str, Any]:
    return {
        "row": row,
        "words": masked_words(row.words, secrets_of(found)),
        "bss": _bss_words(row.operator, row.province, lang),
        "order": asked_words(row.verb, lang),
        "state": say(f"desk.command.{row.state}", lang),
    }


def _event(row: Movement, found: Case, lang: str) -> dict[str, Any]:
    """A robot only writes down what a province or the provider did: the step is credited to whoever did it."""
    by = who_acted(row, found, lang) if row.by_role == Role.ROBOT else by_words(row.by_role, lang)
    return {"at": row.at, "title": say(f"desk.state.{row.to_state}", lang), "by": by}
