"""The supervisor's faults: everything killed at once, itself killed, Ctrl-C, two checkouts side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from portal.servers.process import wait_for
from tests.long.houses import House, make_checkout


@pytest.fixture
def new_house() -> Iterator[Callable[[], House]]:
    """Makes small houses; whatever becomes of them, nothing of them stays."""
    made: list[House] = []

    def make() -> House:
        folder = Path(mkdtemp(prefix="tongban-test-"))
        folder.chmod(0o755)
        made.append(make_checkout(folder / "checkout"))
        made[-1].start()
        return made[-1]

    yield make
    for house in made:
        house.clear()
        house.checkout.parent.rmdir()


@pytest.fixture
def house(new_house: Callable[[], House]) -> House:
    """A running small house."""
    return new_house()


def test_a_house_killed_whole_comes_up_again_with_its_data(house: House) -> None:
    house.write("before")
    house.kill_all()
    house.start()
    assert house.rows() == ["before"]
    assert house.is_open()


def test_a_start_right_after_the_supervisor_was_killed_takes_over(house: House) -> None:
    house.write("before")
    old = set(house.pids().values())
    house.kill_supervisor()
    house.start()
    assert house.rows() == ["before"]
    assert old.isdisjoint(house.processes())
    assert len(set(house.pids().values())) == 5


def test_a_leftover_that_ignored_its_supervisors_death_is_ended_by_the_next_start(house: House) -> None:
    house.kill_supervisor()
    wait_for(lambda: not house.processes(), what="the end of the orphans", limit_s=15)
    stubborn = house.leave_behind()
    house.start()
    assert stubborn.wait(1) != 0
    assert house.is_open()


def test_ctrl_c_leaves_no_process_no_socket_and_no_port(house: House) -> None:
    house.interrupt()
    assert house.processes() == []
    assert list(house.sockets.iterdir()) == []
    assert not house.is_open()
    assert not (house.checkout / ".data/demo.json").exists()


def test_two_checkouts_side_by_side_do_not_meet(house: House, new_house: Callable[[], House]) -> None:
    other = new_house()
    house.write("first")
    other.write("second")
    house.interrupt()
    assert other.rows() == ["second"]
    assert other.is_open()


def test_a_second_checkout_on_the_same_port_says_which_to_choose(house: House, new_house: Callable[[], House]) -> None:
    other = new_house()
    other.interrupt()
    other.port = house.port
    with pytest.raises(RuntimeError, match=f"PORT={house.port + 1}"):
        other.start()
    assert house.is_open()
