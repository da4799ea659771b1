"""Seeding the demo world: deterministic, safe to repeat, and quick when everything is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from bss.gateway import Bss
from bss.simulated import databases
from bss.simulated.lines import plant
from demo.cast.crowd import crowd
from demo.cast.shapes import Line
from demo.cast.subscribers import cast
from demo.models import SeededProvince
from demo.queries import provinces_of_schema
from demo.services import handsets, openings, staff, tempers
from portal import clock
from portal.actors import Actor
from portal.rules.places import DEMO_OPERATORS, PROVINCES
from portal.services.register import load_reference

SMALL_WORLD = ("11", "31", "32", "35", "37", "52")
CROWD = 20


def provinces_named(text: str) -> tuple[str, ...]:
    """The province codes of `PROVINCES`: empty is the small world of six, `all` every one, else codes with commas.

    Raises ValueError naming a code that is no province. Provinces of the cast are always among them.
    """
    if text.strip() == "all":
        return tuple(PROVINCES)
    wanted = {code.strip() for code in text.split(",") if code.strip()}
    if unknown := wanted - PROVINCES.keys():
        raise ValueError(f"no such province: {', '.join(sorted(unknown))}")
    return tuple(code for code in PROVINCES if code in wanted | set(SMALL_WORLD))


def seed(provinces: Sequence[str], *, by: Actor, told: Callable[[str], None] = lambda _line: None) -> int:
    """Make whatever of the world is missing and return how many provinces were made.

    Reference data and staff first, then each operator's system in each province, then a handset for every named line.
    A province that was seeded before is left as people have changed it, unless its schema is an earlier version's.
    """
    with transaction.atomic(durable=True):
        load_reference(demo=True)
    staff.enrol_all(by=by)
    openings.set_out(by=by)
    named = cast(clock.today())
    there = provinces_of_schema(databases.template_name())
    wanted = [Bss(operator.code, code) for operator in DEMO_OPERATORS for code in provinces]
    missing = [bss for bss in wanted if bss not in there]
    for bss in missing:
        _make_province(bss, [line for line in named if line.bss == bss], by=by)
        told(f"{bss}")
    for position, line in enumerate(named):
        handsets.open_handset(line.number, story=line.key, position=position, by=by)
    return len(missing)


def _make_province(bss: Bss, lines: Sequence[Line], *, by: Actor) -> None:
    """Database, crowd and cast, temper, and last the row that says it is whole."""
    databases.clone(bss)
    plant(bss, *crowd(bss, clock.today(), size=CROWD), *(line.spec for line in lines))
    tempers.set_out(bss, by=by)
    with transaction.atomic(durable=True):
        SeededProvince.objects.update_or_create(
            operator=bss.operator,
            province=bss.province,
            defaults={"seeded_at": clock.now(), "template": databases.template_name()},
        )
