"""What a new quote changed, before and now, in the words of its lines (C-05)."""

from __future__ import annotations

from typing import Any

from closure.models import Quote
from closure.queries import replaced_quote
from closure.rules.requote import Change, changes
from closure.words.shown import figures_said
from portal.lexicon import say


def of(quote: Quote, lang: str) -> dict[str, Any] | None:
    """{seq, before_fen, after_fen, rows}: the quote replaced and every line that differs; None for a first quote."""
    before = replaced_quote(quote)
    if before is None:
        return None
    found = changes(list(before.lines.all()), list(quote.lines.all()))
    return {
        "seq": before.seq,
        "before_fen": before.total_fen,
        "after_fen": quote.total_fen,
        "rows": [_row(change, lang) for change in found],
    }


def _row(change: Change, lang: str) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "item": change.item,
        "words": say(change.label, lang, **figures_said(change.figures, lang)),
        "before_fen": change.before_fen,
        "after_fen": change.after_fen,
    }
