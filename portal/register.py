"""The door to the number register: where a number lives, and its ladder."""

from portal.models.register import NumberEntry, Operator, Province, Rung, Segment
from portal.queries.register import Home, forget_segments, held_since, home_of, home_of_many
from portal.services.register import (
    freeze,
    have_back,
    keep_frozen,
    load_reference,
    number_index,
    number_indexes,
    put_in_use,
    release_frozen,
)

__all__ = [
    "Home",
    "NumberEntry",
    "Operator",
    "Province",
    "Rung",
    "Segment",
    "forget_segments",
    "freeze",
    "have_back",
    "held_since",
    "home_of",
    "home_of_many",
    "keep_frozen",
    "load_reference",
    "number_index",
    "number_indexes",
    "put_in_use",
    "release_frozen",
]
