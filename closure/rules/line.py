"""A line of a quote, as a rule makes it (C-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line of the quote; `fen` whole fen, positive to pay, negative in the subscriber's favour.

    `claimed_fen` is what the operator asked for where that is not what is owed; `dispute` the ref of the dispute that
    set the line aside.
    """

    kind: str
    label: str
    fen: int
    rule: str
    formula: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    claimed_fen: int | None = None
    document: str = ""
    item: str = ""
    dispute: str = ""
