"""Any value that a shape lets pass: the provinces' answers as Hypothesis imagines them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from bss.shapes import FEN_LIMIT, Day, Fen, Fields, Flag, Instant, ListOf, Maybe, Month, OneOf, Shape, Text
from portal.clock import SHANGHAI

LETTERS = "az09林晓岚𠮷é \"'\\&=%#[]{}.,:;/+-"
_DAYS = st.dates(min_value=date(1901, 1, 2), max_value=date(9998, 12, 31))

_PLAIN: dict[type, st.SearchStrategy[Any]] = {
    Flag: st.booleans(),
    Day: _DAYS.map(date.isoformat),
    Month: _DAYS.map(lambda day: day.isoformat()[:7]),
    Instant: st.datetimes(timezones=st.just(SHANGHAI)).map(lambda moment: moment.isoformat()),
}


def shaped(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of the shape, as they stand after it was read."""
    match shape:
        case Text():
            return st.text(LETTERS, max_size=min(shape.limit, 40))
        case OneOf():
            return st.sampled_from(sorted(shape.words))
        case Fen():
            return st.integers(min_value=shape.least, max_value=FEN_LIMIT)
        case Flag() | Day() | Month() | Instant():
            return _PLAIN[type(shape)]
        case Maybe():
            return st.none() | shaped(shape.shape)
        case ListOf():
            return st.lists(shaped(shape.shape), max_size=3)
        case Fields():
            needed = {key: shaped(inner) for key, inner in shape.needed.items()}
            optional = {key: shaped(inner) for key, inner in shape.optional.items()}
            return st.fixed_dictionaries(needed, optional=optional)
    raise TypeError(type(shape).__name__)
