"""One text for page, SMS, print and API (T-10): ``<app>/lexicon/*.toml``, a table per key with ``zh`` and ``en``.

A placeholder is ``{name}``; one that ends in ``_fen`` takes whole fen and shows yuan. Masked values show masked,
instants and dates the way each language writes them; under a name that ends in ``_at`` or ``_on`` an ISO text does too.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from portal.clock import today

LANGUAGES = ("zh", "en")
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, str]]:
    """Dotted keys and their texts; a key that has a text may have keys below it too."""
    texts: dict[str, dict[str, str]] = {}
    for name, value in table.items():
        if not isinstance(value, dict):
            raise ValueError(f"{prefix}{name}: a key is a table with zh and en")
        own = {lang: text for lang, text in value.items() if isinstance(text, str)}
        if own:
            texts[prefix + name] = own
        texts |= _flatten({key: below for key, below in value.items() if key not in own}, f"{prefix}{name}.")
    return texts


def read_texts(files: list[Path]) -> dict[str, dict[str, str]]:
    """Merge lexicon files; of a key written twice the first stands (the law test finds the second)."""
    merged: dict[str, dict[str, str]] = {}
    for path in files:
        merged = _flatten(tomllib.loads(path.read_text(encoding="utf-8"))) | merged
    return merged


def said_twice(files: list[Path]) -> set[str]:
    """Keys that stand in more than one file: one text has one place."""
    keys = [key for path in files for key in _flatten(tomllib.loads(path.read_text(encoding="utf-8")))]
    return {key for key in keys if keys.count(key) > 1}


def lexicon_files() -> list[Path]:
    """The lexicon files of every installed app."""
    folders = [Path(config.path) / "lexicon" for config in apps.get_app_configs()]
    return [path for folder in folders for path in sorted(folder.glob("*.toml"))]


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every text of every installed app, read once a process."""
    return read_texts(lexicon_files())


def shown_day(day: date, lang: str) -> str:
    """11月24日, or 24 Nov."""
    return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"


def whole_day(day: date, lang: str) -> str:
    """2026年11月24日, or 24 Nov 2026: as papers say it."""
    return f"{day.year}年{shown_day(day, lang)}" if lang == "zh" else f"{shown_day(day, lang)} {day.year}"


def near_day(day: date, lang: str) -> str:
    """The day, with its year unless that is this one."""
    return shown_day(day, lang) if day.year == today().year else whole_day(day, lang)


def whole_time(at: datetime, lang: str) -> str:
    """2026年11月24日 10:12 in Shanghai: as papers say it."""
    local = at.astimezone(_SHANGHAI)
    return f"{whole_day(local.date(), lang)} {local:%H:%M}"


def shown(name: str, value: Any, lang: str) -> str:
    """A fact as it is written in a sentence; ``name`` decides for money, and a time of another year says its year.

    Several things are listed as each language does it.
    """
    if name.endswith("_fen") and isinstance(value, int):
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100:,}.{abs(value) % 100:02d}"
    if isinstance(value, str) and value and name.endswith(("_at", "_on")):
        value = datetime.fromisoformat(value) if name.endswith("_at") else date.fromisoformat(value)
    if isinstance(value, datetime):
        local = value.astimezone(_SHANGHAI)
        return f"{near_day(local.date(), lang)} {local:%H:%M}"
    if isinstance(value, date):
        return near_day(value, lang) if name.endswith("_on") else shown_day(value, lang)
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(map(str, value))
    return str(value)


def say(key: str, lang: str = "zh", **facts: Any) -> str:
    """The text of ``key`` in ``zh`` or ``en`` with its facts put in; KeyError for an unknown key or a missing fact."""
    text = texts()[key][lang if lang in LANGUAGES else "zh"]
    return PLACEHOLDER.sub(lambda match: shown(match[1], facts[match[1]], lang), text)
