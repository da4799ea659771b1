"""Pure rules of oversight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bss.tmforum.readings import CHARACTERISTICS
from portal.masked import IdNumber, Masked, PersonName, Phone

_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[0-9]{10}(?![0-9A-Za-z])")
_NAME_KEYS = frozenset({"holder_name", "holder", "user_name", "agent_name"})
_ID_KEYS = frozenset({"id", "id_number", "holder_id"})
_BETWEEN = r"[\s\-·•.]*"
_SHORTEST = 2
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9]{15,19}(?![0-9A-Za-z])")


def masked_text(text: str, *, personal_name: bool = False, known: Iterable[Masked] = ()) -> str:
    """An exchange as it may be shown (G-06): every phone, ID and card number masked wherever it stands.

    What is `known` of the case is masked everywhere. In JSON, names are masked under the keys that hold them too;
    `personal_name` says that `name` is one of them, as it is in a question about identity (elsewhere `name` is a
    plan's or a contract's; in a characteristic {"name", "value"}, the fact's). Everything else stays word for word.
    """
    known = tuple(known)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return masked_words(text, known)
    names = _NAME_KEYS | ({"name"} if personal_name else frozenset())
    return json.dumps(_masked(body, names, known), ensure_ascii=False, indent=2)


def masked_words(words: str, known: Iterable[Masked]) -> str:
    """Free text as it may be shown (G-06): the case's own name, ID and numbers masked, also when written with gaps."""
    for secret in known:
        if len(secret.plain) >= _SHORTEST:
            words = re.sub(_BETWEEN.join(map(re.escape, secret.plain)), secret.masked, words, flags=re.IGNORECASE)
    return _digits_masked(words)


def _masked(value: Any, names: frozenset[str], known: tuple[Masked, ...]) -> Any:
    if isinstance(value, dict):
        names = names - {"name"} if _is_characteristic(value) else names
        return {masked_words(key, known): _member(key, inner, names, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, names, known) for inner in value]
    return masked_words(value, known) if isinstance(value, str) else value


def _is_characteristic(value: dict[str, Any]) -> bool:
    """TM Forum's {"name": "line_state", "value": …}: a fact of ours by its own name."""
    return value.keys() == {"name", "value"} and str(value["name"]) in CHARACTERISTICS


def _member(key: str, value: Any, names: frozenset[str], known: tuple[Masked, ...]) -> Any:
    if isinstance(value, str) and key in names:
        return PersonName(value).masked
    if isinstance(value, str) and key in _ID_KEYS and _ID.fullmatch(value):
        return IdNumber(value).masked
    return _masked(value, names, known)


def _digits_masked(text: str) -> str:
    text = _ID.sub(lambda found: IdNumber(found[0]).masked, text)
    text = _PHONE.sub(lambda found: Phone(found[0]).masked, text)
    return _CARD.sub(lambda found: f"****{found[0][-4:]}", text)
