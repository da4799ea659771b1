"""Operators' own codes, mapped at the boundary (P-10a), and what may hold up a closure.

A code outside the map (an unsigned campaign, say) is no reason: the case goes on and the answer becomes an obstruction.
"""

from __future__ import annotations

from dataclasses import dataclass

from bss import answers


@dataclass(frozen=True)
class Reason:
    """One mapped reason. `name` is ours (P-10); its words are the lexicon's `reason.<name in lower case>`."""

    name: str
    rule_id: str
    closure: bool  # whether it may hold up a closure until its remedy is done
    technical: bool = False  # about the message, not the line: returned and sent again (C-17), never a refusal

    @property
    def key(self) -> str:
        """The lexicon key of its words."""
        return f"reason.{self.name.lower()}"


OPERATOR_CODES: dict[str, Reason] = {
    "2009": Reason("STATE_ABNORMAL", "C-23", closure=True),
    "2031": Reason("NOT_REALNAME", "C-08", closure=True),
    "2064": Reason("TERM_CONTRACT", "C-03", closure=True),
    "2065": Reason("UNBILLED_NO_AGREEMENT", "C-06", closure=False),
    "2067": Reason("ARREARS", "C-02", closure=True),
    "3015": Reason("ORG_NUMBER", "C-25", closure=True),
    "3059": Reason("RANGE_EXCLUDED", "P-01", closure=False),
    "3060": Reason("PORT_LT_120D", "P-02", closure=False),
    "3061": Reason("RANGE_EXCLUDED", "P-01", closure=False),
    "3062": Reason("RANGE_EXCLUDED", "P-01", closure=False),
    "3064": Reason("RELATED_BUSINESS", "P-04", closure=False),
    "no_such_line": Reason("DATA_WRONG", "C-17", closure=True, technical=True),
    "not_reversible": Reason("NOT_REVERSIBLE", "C-12", closure=False, technical=True),
    "line_closed": Reason("LINE_CLOSED", "C-17", closure=True, technical=True),
    answers.MALFORMED_ORDER: Reason("DATA_WRONG", "C-17", closure=True, technical=True),
    answers.REPLACED: Reason("LATE", "C-17", closure=False, technical=True),
    answers.LATE: Reason("LATE", "C-17", closure=False, technical=True),
}


def mapped(code: str) -> Reason | None:
    """The reason a province's code stands for, or None when it is outside the published conditions (B-2)."""
    return OPERATOR_CODES.get(code)


def may_block_closure(reason: Reason | None) -> bool:
    """Whether a closure may wait for this reason's remedy; an unmapped code never may (C-01, B-2)."""
    return reason is not None and reason.closure
