"""What a finding is: one fact that matters, its rule, and whether the quote already settles it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BLOCK, WARN, INFO = "BLOCK", "WARN", "INFO"

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One finding. `key` names the lexicon entries finding.<key>.{title,fact,remedy}; `fen` is whole fen."""

    key: str
    severity: str
    rules: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    fen: int | None = None
    question: str = ""
    settled_by_quote: bool = False

    @property
    def holds_the_case(self) -> bool:
        """True when the case cannot go on before the person (or an authority) does something."""
        return self.severity == BLOCK and not self.settled_by_quote
