"""The words and figures a template may show: nothing is worked out here, only said (CONVENTIONS 15, 16)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

from portal import lexicon
from portal.clock import SHANGHAI
from portal.rules.money import grouped

register = template.Library()

KEY = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+\Z")
CHINESE = re.compile(r"([\u3400-\u9fff](?:[\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”*0-9 ]*[\u3400-\u9fff。；）*])?)")


@register.simple_tag(takes_context=True)
def say(context: Context, key: str, **facts: object) -> str:
    """The sentence of a lexicon key in the page's language."""
    return lexicon.say(key, _lang(context), **facts)


@register.simple_tag(takes_context=True)
def money(context: Context, fen: int) -> str:
    """251.88 元: whole fen with the unit of the page's language."""
    return lexicon.say("chrome.yuan", _lang(context), yuan=yuan(fen))


@register.filter
def when(at: datetime | None) -> str:
    """11月24日 10:12, in Shanghai; 24 Nov, 10:12 in English; of another year with that year."""
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    joint = ", " if _page_lang() == "en" else " "
    return f"{lexicon.near_day(local.date(), _page_lang())}{joint}{local:%H:%M}"


@register.filter
def day(on: date | datetime | None) -> str:
    """2026年11月24日; 24 Nov 2026 in English."""
    if on is None:
        return ""
    local = on.astimezone(SHANGHAI).date() if isinstance(on, datetime) else on
    return lexicon.whole_day(local, _page_lang())


@register.filter
def yuan(fen: int | None) -> str:
    """Whole fen as yuan with two places: 125188 is 1,251.88; a minus is a real minus sign."""
    if fen is None:
        return ""
    return grouped(fen).replace("-", "−")


@register.filter
def unsigned(fen: int) -> int:
    """A sum whose column says its sign."""
    return abs(fen)


@register.filter
def masked(value: object) -> str:
    """The masked form of a phone, an ID or a name; anything else as it stands."""
    return str(getattr(value, "masked", value))


@register.filter
def tongue(text: object, within: str = "") -> str:
    """Inside English, what stays Chinese (a name, a province's own words) is marked as Chinese (WCAG 3.1.2).

    `within` is the language of the passage where it is not the page's.
    """
    if (within or _page_lang()) != "en":
        return str(text)
    pieces = CHINESE.split(str(text))
    return format_html_join("", "{}", ((_in_chinese(piece) if at % 2 else piece,) for at, piece in enumerate(pieces)))


def _in_chinese(text: str) -> str:
    return format_html('<span lang="zh-CN">{}</span>', text)


@register.filter
def spaced(code: str, every: int = 4) -> str:
    """A long number in groups, to be read aloud: 41832096 is 4183 2096."""
    return " ".join(code[start : start + every] for start in range(0, len(code), every))


@register.inclusion_tag("parts/field.html", takes_context=True)
def field(context: Context, bound: BoundField, kind: str = "") -> dict[str, object]:
    """One field of a form: label above, hint, error; label and hint are lexicon keys."""
    widget = bound.field.widget
    return {
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": _words(context, str(bound.label)),
        "hint": _words(context, str(bound.help_text)),
        "error": _words(context, str(bound.errors[0])) if bound.errors else "",
        "control": bound.as_widget(attrs=_attributes(bound, kind)),
        "is_group": getattr(widget, "input_type", "") == "radio" or getattr(widget, "allow_multiple_selected", False),
        "choices": _choices(context, bound),
        "input_type": getattr(widget, "input_type", ""),
    }


@register.inclusion_tag("parts/errors.html", takes_context=True)
def errors(context: Context, form: BaseForm) -> dict[str, object]:
    """The error summary: every wrong field with a link to it, and what belongs to no field."""
    rows = [
        {"target": form[name].auto_id if name in form.fields else "main", "text": _words(context, str(found[0]))}
        for name, found in form.errors.items()
    ]
    return {"rows": rows, "title": lexicon.say("chrome.errors_title", _lang(context), n=len(rows))}


def _choices(context: Context, bound: BoundField) -> list[dict[str, Any]]:
    if getattr(bound.field.widget, "input_type", "") not in {"radio", "checkbox"}:
        return []
    chosen = bound.value()
    picked = [str(one) for one in chosen] if isinstance(chosen, list | tuple) else [str(chosen)]
    return [
        {
            "id": f"{bound.auto_id}_{index}",
            "value": value,
            "label": _words(context, str(label)),
            "checked": str(value) in picked,
        }
        for index, (value, label) in enumerate(getattr(bound.field, "choices", []))
    ]


def _attributes(bound: BoundField, kind: str) -> dict[str, str | bool]:
    attributes: dict[str, str | bool] = {}
    if getattr(bound.field.widget, "input_type", "") not in {"radio", "checkbox"}:
        attributes["class"] = f"input input--{kind}" if kind else "input"
    described = [f"{bound.auto_id}-hint"] if bound.help_text else []
    if bound.errors:
        attributes["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}-error")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return attributes


def _words(context: Context, text: str) -> str:
    return lexicon.say(text, _lang(context)) if KEY.match(text) else text


def _page_lang() -> str:
    """A filter sees no context: the language middleware has activated the page's language."""
    return "en" if get_language() == "en" else "zh"


def _lang(context: Context) -> str:
    return str(context.get("lang", "zh"))
