"""Provinces to choose from, and whom to call."""

from __future__ import annotations

from portal import lexicon
from portal.models import Operator
from portal.rules.places import PROVINCES


def province_choices(lang: str) -> list[tuple[str, str]]:
    """Code and name of the 31 provinces, in the order of their codes."""
    return [(code, lexicon.say(f"province.{code}", lang)) for code in PROVINCES]


def hotlines(lang: str) -> list[tuple[str, str]]:
    """Name and hotline of each operator."""
    rows = Operator.objects.order_by("code").values_list("code", "hotline")
    return [(lexicon.say(f"operator.{code}", lang), hotline) for code, hotline in rows]
