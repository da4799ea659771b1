"""After a closing in words: having the number back, and what a certificate says today (C-11)."""

from __future__ import annotations

from typing import Any

from closure.models import Case, Certificate
from closure.queries.after import may_be_had_back, restored_by, standing_of
from portal import clock
from portal.lexicon import say
from portal.register import home_of

KINDS = {
    "frozen": "ok",
    "recyclable": "ok",
    "recycled": "ok",
    "restored": "warn",
    "replaced": "warn",
    "revoked": "block",
}


def back_words(case: Case, lang: str) -> dict[str, Any]:
    """Whether the number can be had back, until when, in words: {title, text, possible, until_at}."""
    why = may_be_had_back(case)
    home = home_of(case.number)
    until_at = home.frozen_until if home is not None and not why else None
    key = f"closure.have_back.{why or 'possible'}"
    return {
        "title": say(key, lang),
        "text": say(f"{key}_text", lang, until_at=restored_by(case) if why == "asked" else until_at),
        "possible": not why,
        "until_at": until_at,
    }


def standing_words(certificate: Certificate, lang: str) -> dict[str, str]:
    """What the certificate says today: kind of note, title and sentence."""
    standing = standing_of(certificate)
    at = standing.at.astimezone(clock.SHANGHAI) if standing.at else None
    facts = {"on": at.date(), "year": at.year} if at else {"on": certificate.issued_at.date(), "year": 0}
    key = f"certificate.standing.{standing.word}"
    kind, title = KINDS[standing.word], say(key, lang, **facts)
    return {"word": standing.word, "kind": kind, "title": title, "text": say(f"{key}_text", lang, **facts)}
