"""The simulated provinces: each a small BSS in a database of its own, behind the gateway like any other."""

from bss.simulated.databases import clone, close_pools, create_template, drop, exists, present, reset
from bss.simulated.lines import (
    BillSpec,
    BucketSpec,
    ContractSpec,
    HoldSpec,
    LineSpec,
    RoamedSpec,
    RoamingSpec,
    TieSpec,
    book_rows,
    book_sums,
    effects_of,
    line_row,
    plant,
)
from bss.simulated.tempers import Mood, Temper, set_temper, temper_of

__all__ = [
    "BillSpec",
    "BucketSpec",
    "ContractSpec",
    "HoldSpec",
    "LineSpec",
    "Mood",
    "RoamedSpec",
    "RoamingSpec",
    "Temper",
    "TieSpec",
    "book_rows",
    "book_sums",
    "clone",
    "close_pools",
    "create_template",
    "drop",
    "effects_of",
    "exists",
    "line_row",
    "plant",
    "present",
    "reset",
    "set_temper",
    "temper_of",
]
