"""The paths that are measured, by name."""

from __future__ import annotations

from collections.abc import Callable

from bench.ground import Ground
from bench.paths import cases, lookup, netting, posting, reconciling
from bench.report import Row

PATHS: dict[str, Callable[[Ground], list[Row]]] = {
    "posting": posting.spread,
    "posting hot account": posting.hot,
    "number lookup": lookup.rows,
    "verification": cases.verification,
    "closure saga": cases.saga,
    "reconciliation": reconciling.rows,
    "net settlement": netting.rows,  # last: it fills the ledger
}
