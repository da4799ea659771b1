"""The movable clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from demo.services import moving_clock
from portal import clock
from portal.actors import robot
from portal.errors import Invalid
from portal.servers.provision import Addresses

BY = robot("test")


@pytest.fixture(autouse=True)
def clock_file(tmp_path: Path, settings: Settings) -> Path:
    """A clock of this test's own."""
    settings.CLOCK_FILE = tmp_path / "clock"
    return tmp_path / "clock"


def test_the_whole_portal_moves_with_the_clock() -> None:
    before = clock.now()
    moving_clock.forward(timedelta(days=2, hours=3), by=BY)
    assert timedelta(days=2, hours=3) <= clock.now() - before < timedelta(days=2, hours=3, minutes=1)
    moving_clock.back_to_real(by=BY)
    assert clock.now() - before < timedelta(minutes=1)


def test_steps_add_up() -> None:
    moving_clock.forward(timedelta(hours=20), by=BY)
    assert moving_clock.forward(timedelta(hours=20), by=BY) == timedelta(hours=40) == moving_clock.offset()


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1), timedelta(days=3 * 366, seconds=1)])
def test_a_step_back_or_beyond_three_years_is_refused(step: timedelta) -> None:
    with pytest.raises(Invalid, match=r"error\.demo\.clock"):
        moving_clock.forward(step, by=BY)
    assert moving_clock.offset() == timedelta(0)


def test_the_file_is_replaced_whole_and_nothing_is_left_beside_it(clock_file: Path) -> None:
    moving_clock.forward(timedelta(hours=1), by=BY)
    inode = clock_file.stat().st_ino
    moving_clock.forward(timedelta(hours=1), by=BY)
    assert clock_file.stat().st_ino != inode
    assert [one.name for one in clock_file.parent.iterdir()] == ["clock"]


def test_the_page_moves_the_clock_and_moves_it_back(database: Addresses) -> None:
    client = Client()
    assert client.post("/demo/clock", {"amount": "30", "unit": "days"}).status_code == 302
    assert moving_clock.offset() == timedelta(days=30)
    client.post("/demo/clock", {"back": "1"})
    assert moving_clock.offset() == timedelta(0)


@pytest.mark.parametrize("amount", ["", "0", "-1", "1e9", "9999999999999999999999", "１２x"])
def test_the_page_refuses_what_is_no_step(database: Addresses, amount: str) -> None:
    answer = Client().post("/demo/clock", {"amount": amount, "unit": "days"})
    assert (answer.status_code, moving_clock.offset()) == (422, timedelta(0))
