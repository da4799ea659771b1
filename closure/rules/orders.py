"""Which command may be intended while a case is in which state: a late message must not undo an undoing (C-12)."""

from __future__ import annotations

from closure import states

MAY_BE_INTENDED_IN: dict[str, frozenset[str]] = {
    "stop_charging": states.OPEN,
    "resume_charging": frozenset({states.HELD, states.WITHDRAWN, states.LAPSED}),
    "prepare_tie": frozenset({states.QUOTED}),
    "cancel_tie": frozenset({states.WITHDRAWN, states.LAPSED}),
    "settle": frozenset({states.CLOSING}),
    "release_contract": frozenset({states.CLOSING}),
    "execute_tie": frozenset({states.CLOSING}),
    "close_line": frozenset({states.CLOSING}),
    "reverse": frozenset({states.WITHDRAWN, states.LAPSED}),
    "refund": frozenset({states.CLOSED}),
    "reopen_line": frozenset({states.CLOSED}),
}


def may_be_intended(verb: str, state: str) -> bool:
    """Whether a new command of this verb fits a case in this state; KeyError for a verb closure does not use."""
    return state in MAY_BE_INTENDED_IN[verb]
