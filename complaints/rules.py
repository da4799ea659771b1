"""Pure rules of oversight."""

from __future__ import annotations

import json
import re
from typing import Any

from portal.masked import IdNumber, PersonName, Phone

_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[0-9]{10}(?![0-9A-Za-z])")
_NAME_KEYS = frozenset({"holder_name", "holder", "user_name", "agent_name"})
_ID_KEYS = frozenset({"id", "id_number", "holder_id"})
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9]{15,19}(?![0-9A-Za-z])")


def masked_text(text: str, *, personal_name: bool = False, holder: PersonName | None = None) -> str:
    """An exchange as it may be shown (G-06): every phone, ID and card number masked wherever it stands.

    The name of a known `holder` is masked everywhere. In JSON, names are masked under the keys that hold them too;
    `personal_name` says that `name` is one of them, as it is in a question about identity (elsewhere `name` is a
    plan's or a contract's). Everything else stays word for word.
    """
    if holder is not None and holder.plain:
        text = text.replace(holder.plain, holder.masked)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return _digits_masked(text)
    names = _NAME_KEYS | ({"name"} if personal_name else frozenset())
    return json.dumps(_masked(body, names), ensure_ascii=False, indent=2)


def _masked(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _member(key, inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, names) for inner in value]
    return _digits_masked(value) if isinstance(value, str) else value


def _member(key: str, value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, str) and key in names:
        return PersonName(value).masked
    if isinstance(value, str) and key in _ID_KEYS and _ID.fullmatch(value):
        return IdNumber(value).masked
    return _masked(value, names)


def _digits_masked(text: str) -> str:
    text = _ID.sub(lambda found: IdNumber(found[0]).masked, text)
    text = _PHONE.sub(lambda found: Phone(found[0]).masked, text)
    return _CARD.sub(lambda found: f"****{found[0][-4:]}", text)
