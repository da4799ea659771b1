"""The door to the number register: where a number lives, and freezing it."""

from portal.models.register import NumberEntry, Operator, Province, Rung, Segment
from portal.queries.register import Home, forget_segments, home_of, home_of_many
from portal.services.register import freeze, load_reference, number_index, release_frozen

__all__ = [
    "Home",
    "NumberEntry",
    "Operator",
    "Province",
    "Rung",
    "Segment",
    "forget_segments",
    "freeze",
    "home_of",
    "home_of_many",
    "load_reference",
    "number_index",
    "release_frozen",
]
