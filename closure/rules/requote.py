"""What a new quote changes, line by line, beside the one it replaces (C-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Said(Protocol):
    """A line of a quote with the words and figures it is shown by."""

    @property
    def kind(self) -> str:
        """What the line is: bill, contract, late fee, prepayment and so on."""

    @property
    def item(self) -> str:
        """The province's own name of the bill, contract or bucket."""

    @property
    def label(self) -> str:
        """The key of its words."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """What its words are filled with."""

    @property
    def fen(self) -> int:
        """Whole fen; below 0 what is given back."""


@dataclass(frozen=True)
class Change:
    """One line that differs: whole fen before and now, None where the line was or is not there."""

    kind: str
    item: str
    label: str
    figures: Mapping[str, Any]
    before_fen: int | None
    after_fen: int | None


def changes(before: Sequence[Said], after: Sequence[Said]) -> list[Change]:
    """Lines that are new or have another sum, in the order of the new quote, then those that are gone.

    The differences of all changes sum to the difference of the two totals: nothing changes unsaid.
    """
    old = {(line.kind, line.item): line for line in before}
    new = {(line.kind, line.item) for line in after}
    found = [_change(line, old.get((line.kind, line.item)), line) for line in after]
    found += [_change(line, line, None) for line in before if (line.kind, line.item) not in new]
    return [change for change in found if change.before_fen != change.after_fen]


def _change(said: Said, before: Said | None, after: Said | None) -> Change:
    return Change(
        kind=said.kind,
        item=said.item,
        label=said.label,
        figures=said.figures,
        before_fen=before.fen if before else None,
        after_fen=after.fen if after else None,
    )
