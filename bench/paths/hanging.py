"""One province hung: how long the cases of the others then take, in the product's own worker."""

from __future__ import annotations

from statistics import median, quantiles

from bench.cast import HOME, drafts, file_all, provinces
from bench.ground import Ground
from bench.report import Row
from bench.served import worker
from bss.models import Health
from bss.provinces import Bss
from bss.simulated import Temper, set_temper
from closure import states
from closure.models import Case
from portal.models.history import Movement
from portal.servers.process import wait_for

HUNG = Bss("161", "11")
CASES, HANGING, ROUNDS = 24, 8, 5


def rows(ground: Ground) -> list[Row]:
    """Pairs of rounds, with and without cases of a province that takes questions and never answers; p95 of the rest."""
    with provinces(ground, HUNG), worker(ground):
        set_temper(HUNG, Temper.SILENT_BEFORE)
        _p95_ms(0, 0)
        pairs = [(_p95_ms(n, 0), _p95_ms(n + 1, HANGING)) for n in range(1, 2 * ROUNDS, 2)]
    ratio = median(hung / quiet for quiet, hung in pairs)
    quiet, hung = (median(side) for side in zip(*pairs, strict=True))
    path, limit, target = "one province hung", "undisturbed", "≤ 1.25 × undisturbed"
    return [Row(path, hung, "ms, p95", "-", None, limit, quiet, ratio, target, ratio <= 1.25)]


def _p95_ms(turn: int, hanging: int) -> float:
    """From filing to quote, for cases of an honest province; those of the hung one are filed first, and wait."""
    Health.objects.all().delete()  # the breaker knows nothing yet: the first questions do hang
    others, stuck = drafts(turn * CASES, CASES, HOME), drafts(turn * HANGING, hanging, HUNG)
    file_all(stuck)
    refs = file_all(others)
    waiting = Case.objects.filter(ref__in=refs).exclude(state=states.QUOTED)
    wait_for(lambda: not waiting.exists(), what="the quotes", limit_s=60)
    moved = Movement.objects.filter(subject_ref__in=refs, to_state__in=(states.FILED, states.QUOTED))
    at = {(row.subject_ref, row.to_state): row.at for row in moved}
    took = [(at[ref, states.QUOTED] - at[ref, states.FILED]).total_seconds() for ref in refs]
    return 1000 * quantiles(took, n=20)[-1]
