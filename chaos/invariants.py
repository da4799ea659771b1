"""What must hold after any fault: read-only checks in raw SQL that know nothing of the services (RELIABILITY 2.4).

Each check is given the central database, the home province's database and one case's ref; it returns what is wrong, one
line a violation. Numbers are those of RELIABILITY 2.4.
"""

from __future__ import annotations

from collections.abc import Callable

from chaos import of_books, of_cases, of_money, of_provinces
from chaos.look import Look

Check = Callable[[Look], list[str]]
ALL: dict[str, Check] = {
    name: found
    for module in (of_money, of_provinces, of_cases, of_books)
    for name, found in vars(module).items()
    if name.startswith("i") and name[1:3].isdigit()
}


def check(look: Look, *, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Every violation by the invariant's name; `but` leaves some out, to show that they are needed."""
    found = {name: one(look) for name, one in ALL.items() if name not in but}
    return {name: wrong for name, wrong in found.items() if wrong}
