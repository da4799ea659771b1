"""The paths that are measured, by name."""

from __future__ import annotations

from collections.abc import Callable

from bench.ground import Ground
from bench.paths import cases, hanging, lookup, netting, pages, posting, reconciling
from bench.report import Row

PATHS: dict[str, Callable[[Ground], list[Row]]] = {
    "posting": posting.spread,
    "posting batch": posting.batch,
    "posting hot account": posting.hot,
    "number lookup": lookup.rows,
    "verification": cases.verification,
    "closure saga": cases.saga,
    "one province hung": hanging.rows,
    "case page": pages.rows,
    "reconciliation": reconciling.rows,
    "net settlement": netting.rows,
}
