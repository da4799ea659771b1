"""The money agrees after any sequence of what subscriber, province, bank, robots and clock may do (S-02, S-03)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.closure.conftest import World
from tests.closure.money import differences
from tests.closure.sequences import VERBS, born, brought_to_rest

LIVES = st.tuples(st.integers(0, 2), st.sampled_from([0, 700, 5000]), st.booleans())
SEQUENCES = st.lists(st.sampled_from(sorted(VERBS)), max_size=9)
SHARES, OF_EACH = 20, 50
"""A thousand sequences, the same ones each time; in shares, so that they run side by side."""
SHARE = settings(
    max_examples=OF_EACH,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


def live(life: tuple[int, int, bool], verbs: list[str]) -> None:
    """One sequence, the money looked at after each verb and at rest."""
    living = born(*life)
    living.do("work")
    for verb in verbs:
        living.do(verb)
        assert differences(living.case.ref) == []
    rest = brought_to_rest(living)
    assert rest.due_at is None or rest.state == "HELD"
    assert differences(rest.ref) == []


@pytest.mark.parametrize("share", range(SHARES))
def test_the_money_agrees_after_any_sequence(world: World, share: int) -> None:
    lives: list[tuple[int, int, bool]] = []

    @seed(share)
    @SHARE
    @given(life=LIVES, verbs=SEQUENCES)
    def each(life: tuple[int, int, bool], verbs: list[str]) -> None:
        lives.append(life)
        live(life, verbs)

    each()
    assert len(lives) >= OF_EACH
