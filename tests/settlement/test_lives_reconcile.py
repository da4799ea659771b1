"""After any life of a case, province and ledger reconcile without a difference, in flight and at rest (S-03)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bss.simulated import Temper, set_temper
from portal import clock
from portal.actors import robot
from settlement.models import Difference
from settlement.services import reconciling
from settlement.states import AGREED
from tests.closure.conftest import FUJIAN, MORNING, World, fujian, world
from tests.closure.sequences import VERBS, born, brought_to_rest

__all__ = ["fujian", "world"]
BY = robot("reconciler")
LIVES = st.tuples(st.integers(0, 2), st.sampled_from([0, 700, 5000]), st.booleans())
SEQUENCES = st.lists(st.sampled_from(sorted(VERBS)), min_size=2, max_size=7)
QUIET = {"database": None, "suppress_health_check": list(HealthCheck), "phases": (Phase.explicit, Phase.generate)}


def agrees(hours: float) -> None:
    """A run of the day that so many hours lead to, its province answering honestly, finds nothing.

    Its clock runs ahead, because an earlier life was later than this one.
    """
    set_temper(FUJIAN, Temper.HONEST, clock_s=10**8)
    with clock.frozen(MORNING + timedelta(hours=hours)):
        run = reconciling.run(reconciling.start(FUJIAN, clock.today(), by=BY).ref, by=BY)
    found = list(Difference.objects.values_list("kind", "account", "ours_fen", "theirs_fen", "on", "theirs_on"))
    assert (run.state, run.code, found) == (AGREED, "", [])


def test_any_life_reconciles(world: World) -> None:
    @seed(1)
    @settings(max_examples=40, deadline=None, **QUIET)  # type: ignore[arg-type]
    @given(life=LIVES, verbs=SEQUENCES)
    def each(life: tuple[int, int, bool], verbs: list[str]) -> None:
        living = born(*life)
        living.do("work")
        for verb in verbs:
            living.do(verb)
        agrees(living.hours)
        brought_to_rest(living)
        agrees(living.hours)

    each()
