"""The tables of docs/provinces-over-http.md, made from the tables of the adapter: `python -m tests.bss.mapping`."""

from __future__ import annotations

from collections.abc import Iterator

from bss.tmforum.ordering import FORMS
from bss.tmforum.places import Day, Inner, Kind, Many, Maybe, Money, Month, Table
from bss.tmforum.reading import Reading
from bss.tmforum.readings import READINGS

_KINDS = {Money: "money", Day: "day", Month: "first day of the month"}


def lines() -> Iterator[str]:
    """The page's tables, line by line."""
    yield from ("## Questions", "")
    for question, reading in READINGS.items():
        yield from _question(question, reading)
    yield from (
        "## Commands",
        "",
        "| Verb | Collection | Id | Action | Of the payload | Place |",
        "|---|---|---|---|---|---|",
    )
    for verb, form in FORMS.items():
        action = form.table.fixed.get("productOrderItem[0].action", "")
        rows = list(_rows(form.table))
        for n, (fact, place) in enumerate(rows):
            first = (f"`{verb}`", f"`{form.collection}`", f"`{form.ref}`", str(action)) if n == 0 else ("", "", "", "")
            yield f"| {' | '.join((*first, fact, place))} |"


def _question(question: str, reading: Reading) -> Iterator[str]:
    yield from (f"### `{question}`", "", f"`{reading.collection}`, `@type={reading.view}`", "")
    yield from ("| Fact | `@type` | Place |", "|---|---|---|")
    for part in reading.parts:
        listed = "[]" if part.how == "many" else ""
        for fact, place in _rows(part.table, f"{part.fact}{listed}." if part.fact else ""):
            yield f"| {fact} | `{part.table.type}` | {place} |"
    if reading.total is not None:
        total, listed, member = reading.total
        yield f"| `{total}` | | the sum of `{listed}[].{member}` |"
    yield ""


def _rows(table: Table, facts: str = "", places: str = "") -> Iterator[tuple[str, str]]:
    for row in table.rows:
        at = f"{places}{table.bag}[name={row.at[1:]}].value" if row.at[0] == "#" else f"{places}{row.at}"
        kind: Kind = row.kind.kind if isinstance(row.kind, Maybe) else row.kind
        if isinstance(kind, Many | Inner):
            listed = "[]" if isinstance(kind, Many) else ""
            yield from _rows(kind.table, f"{facts}{row.fact}{listed}.", f"{at}{listed}.")
            continue
        note = _KINDS.get(type(kind), "")
        yield f"`{facts}{row.fact}`", f"`{at}`{f' ({note})' if note else ''}"


if __name__ == "__main__":
    print("\n".join(lines()))
