"""The paths that are measured, by name."""

from __future__ import annotations

from collections.abc import Callable

from bench.ground import Ground
from bench.paths import lookup, posting
from bench.report import Row

PATHS: dict[str, Callable[[Ground], list[Row]]] = {
    "posting": posting.spread,
    "posting hot account": posting.hot,
    "number lookup": lookup.rows,
}
