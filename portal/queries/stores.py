"""Own stores, read once from a file (C-16: agents' shops take no remote closures and are not listed)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "stores.toml"


@dataclass(frozen=True)
class Store:
    """One own store of an operator."""

    operator: str
    province: str
    name: str
    address: str
    hours: str
    city: str
    city_en: str
    phone: str


@cache
def all_stores() -> tuple[Store, ...]:
    """Every own store, in the order of the file."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["store"]
    return tuple(Store(**row) for row in rows)


def own_stores(*, operator: str = "", province: str = "", city: str = "") -> list[Store]:
    """The own stores of an operator, a province, a city, or of all three; an empty word means all."""
    return [
        store
        for store in all_stores()
        if operator in ("", store.operator) and province in ("", store.province) and city in ("", store.city)
    ]
