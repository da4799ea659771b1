"""Dated parameters (⚙): declared once with type, unit, default, rule id; never a literal in code (CONVENTIONS 10)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from portal.models.parameters import ParameterValue

type_of: dict[str, type] = {"int": int, "bool": bool, "text": str, "list": list}


@dataclass(frozen=True)
class Parameter:
    """What may differ by operator, province and date; ``unit`` is "h", "d", "fen", "‰" and the like."""

    name: str
    kind: Literal["int", "bool", "text", "list"]
    default: Any
    unit: str
    rule: str

    def __post_init__(self) -> None:
        if type(self.default) is not type_of[self.kind]:
            raise TypeError(f"{self.name}: the default is not {self.kind}")


_in_hand: ContextVar[dict[tuple[str, str], list[ParameterValue]] | None] = ContextVar("parameters", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Within one piece of work the values of a place are read once: all of it goes by the same figures."""
    before = _in_hand.get()
    token = _in_hand.set({} if before is None else before)
    try:
        yield
    finally:
        _in_hand.reset(token)


def _rows(names: Iterable[str], operator: str, province: str) -> list[ParameterValue]:
    there = ParameterValue.objects.filter(operator__in={"", operator}, province__in={"", province})
    held = _in_hand.get()
    if held is None:
        return list(there.filter(name__in=names))
    if (operator, province) not in held:
        held[operator, province] = list(there)
    return held[operator, province]


def snapshot(params: Iterable[Parameter], *, operator: str = "", province: str = "", on: date) -> dict[str, Any]:
    """The values in force on a day, one query for all, as JSON to pin to a case.

    The most particular wins: operator and province, then operator, then province, then everybody; within one of
    these the latest start. No row means the declared default.
    """
    wanted = {param.name: param for param in params}
    best: dict[str, ParameterValue] = {}
    for row in _rows(wanted, operator, province):
        if row.name in wanted and row.from_on <= on and (row.name not in best or row.rank > best[row.name].rank):
            best[row.name] = row
    return {name: best[name].value if name in best else param.default for name, param in wanted.items()}


def value_of(param: Parameter, *, operator: str = "", province: str = "", on: date) -> Any:
    """The value of one parameter in force on a day."""
    return snapshot([param], operator=operator, province=province, on=on)[param.name]


CODES_A_MINUTE = Parameter("code.number_minute", "int", 1, "per min", "D-04")
CODES_AN_HOUR = Parameter("code.number_hour", "int", 5, "per h", "D-04")
CODES_A_DAY = Parameter("code.number_day", "int", 10, "per d", "D-04")
CODES_AN_ADDRESS = Parameter("code.address_hour", "int", 30, "per h", "D-04")
CODES_ALTOGETHER = Parameter("code.everybody_minute", "int", 600, "per min", "D-04")
RESEND_DAYS = Parameter("order.resend_days", "int", 2, "d", "C-17")
CHASE_HOURS = Parameter("order.chase_hours", "int", 2, "h", "C-17")
"""What is counted against a flood of messages, and how long a returned order may wait."""
API_READS_A_MINUTE = Parameter("api.reads_minute", "int", 240, "per min", "D-04")
API_WRITES_A_MINUTE = Parameter("api.writes_minute", "int", 60, "per min", "D-04")
API_LINE_MINUTES = Parameter("api.line_minutes", "int", 30, "min", "D-04")
"""How often one client may ask and write through the API, and how long a line's token lives."""
