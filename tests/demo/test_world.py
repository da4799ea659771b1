"""Seeding the demo world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bss.gateway import Bss, ask
from bss.simulated.lines import line_row
from bss.simulated.tempers import Temper, temper_of
from closure.models import Opening
from closure.queries import opening_rows
from demo.cast.crowd import crowd
from demo.cast.subscribers import OBSTRUCTIVE, SLOW, cast
from demo.models import Handset, SeededProvince
from demo.services import openings, tempers, world
from portal.actors import robot
from portal.models import Person
from portal.rules.identity import parse_resident_id
from portal.rules.phone import parse_phone
from portal.servers.provision import Addresses
from realname.rules.units import parse_unit_code

SEEDER = robot("seeder")
TODAY = date(2026, 11, 24)


def test_every_line_of_the_cast_has_a_number_and_an_id_that_the_portal_takes() -> None:
    for line in cast(TODAY):
        assert parse_phone(line.spec.number) == line.number
        person = line.spec.holder_kind != "unit"
        read = parse_resident_id(line.spec.holder_id, today=TODAY) if person else parse_unit_code(line.spec.holder_id)
        assert read.plain == line.spec.holder_id


def test_no_two_lines_share_a_number() -> None:
    numbers = [line.spec.number for line in cast(TODAY)]
    numbers += [spec.number for spec in crowd(Bss("161", "35"), TODAY, size=world.CROWD)]
    assert len(numbers) == len(set(numbers))


def test_the_figures_of_the_mock_up_are_those_of_the_line_with_arrears() -> None:
    (line,) = [one for one in cast(TODAY) if one.key == "arrears_contracts"]
    assert [bill.month for bill in line.spec.bills if bill.paid_fen < bill.fen] == ["2026-09", "2026-10"]
    assert line.spec.contracts[0].ends_on == date(2027, 6, 30)
    assert 5800 * 7 * 30 // 100 == line.spec.contracts[0].claimed_fen == 12180
    assert line.spec.contracts[1].document_id == ""


def test_the_line_of_s7_owes_670_yuan() -> None:
    (line,) = [one for one in cast(TODAY) if one.key == "s7_arrears_670"]
    assert sum(bill.fen - bill.paid_fen for bill in line.spec.bills) == 67000


def test_the_cast_can_be_made_on_any_day_of_a_leap_year() -> None:
    for month in range(1, 13):
        assert len(cast(date(2028, month, 29))) == len(cast(date(2028, month, 1)))


def test_an_unknown_province_is_named_in_the_refusal() -> None:
    with pytest.raises(ValueError, match="99"):
        world.provinces_named("35,99")


def test_the_provinces_of_the_cast_are_always_among_those_named() -> None:
    assert world.provinces_named("33") == ("11", "31", "32", "33", "35", "37", "52")
    assert len(world.provinces_named("all")) == 31


THREE = ("35", "37", "52")


@pytest.fixture
def seeded(database: Addresses, provinces: Callable[..., None]) -> int:
    """A world of three provinces, the difficult ones among them."""
    provinces()
    return world.seed(THREE, by=SEEDER)


def test_the_world_is_seeded_whole_and_a_second_seeding_changes_nothing(seeded: int) -> None:
    assert seeded == 12 == SeededProvince.objects.count()
    seen = (Handset.objects.count(), Person.objects.count())
    assert world.seed(THREE, by=SEEDER) == 0
    assert (Handset.objects.count(), Person.objects.count()) == seen == (len(cast(TODAY)), 10)


def test_a_seeded_province_answers_for_its_lines_and_one_obstructs_and_one_is_slow(seeded: int) -> None:
    (line,) = [one for one in cast(TODAY) if one.key == "arrears_contracts"]
    answer = ask(line.bss, "bills", {"number": line.number}, case_ref="", by=SEEDER)
    assert sum(bill["fen"] - bill["paid_fen"] for bill in answer.facts["bills"]) == 11600
    assert temper_of(OBSTRUCTIVE).temper is Temper.OBSTRUCTIVE
    assert temper_of(SLOW).temper is Temper.SLOW


def test_what_people_did_to_a_seeded_province_is_left_alone(seeded: int) -> None:
    tempers.change(SLOW, "down", 0, by=SEEDER)
    world.seed(THREE, by=SEEDER)
    assert temper_of(SLOW).temper is Temper.DOWN


def test_a_province_whose_seeding_broke_off_is_made_anew(seeded: int) -> None:
    SeededProvince.objects.filter(operator="161", province="35").delete()
    assert world.seed(THREE, by=SEEDER) == 1
    assert line_row(Bss("161", "35"), "16135008101")["state"] == "normal"


def test_a_province_of_an_earlier_schema_is_made_anew(seeded: int) -> None:
    SeededProvince.objects.filter(operator="161", province="35").update(template="bss_template_of_yesterday")
    assert world.seed(THREE, by=SEEDER) == 1
    assert world.seed(THREE, by=SEEDER) == 0


def test_one_province_shows_that_others_have_their_date(database: Addresses) -> None:
    for _ in range(2):
        openings.set_out(by=SEEDER)
    assert [circle for circle, _ in opening_rows("163", "41", "web")] == ["all", "single"]
    assert Opening.objects.count() == 2
