"""Fujian's province of operator 161, with one line that has nothing to fix; the people who ask and order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from bss.provinces import Bss
from bss.simulated import LineSpec, plant
from portal import clock
from portal.actors import Actor, robot

FUJIAN = Bss("161", "35")
JIANGSU = Bss("161", "32")
NUMBER = "16135006721"
CASE = "c" * 26
ABOUT = {"number": NUMBER, "name": "林晓岚", "id": "359901199003071238"}
SPEC = LineSpec(number=NUMBER, holder_name="林晓岚", holder_id="359901199003071238")


@pytest.fixture(autouse=True)
def morning() -> Iterator[datetime]:
    """The day on which the planted bills are overdue and the planted contracts still run."""
    with clock.frozen(datetime(2026, 11, 24, 10, 12, tzinfo=clock.SHANGHAI)) as at:
        yield at


@pytest.fixture
def by() -> Actor:
    """The robot that asks provinces."""
    return robot("verification")


@pytest.fixture
def fujian(provinces: Callable[..., None]) -> Bss:
    """A province with the plain line in it, on a database with real commits."""
    provinces(FUJIAN)
    plant(FUJIAN, SPEC)
    return FUJIAN


@pytest.fixture
def jiangsu(provinces: Callable[..., None]) -> Bss:
    """A second province, empty."""
    provinces(JIANGSU)
    return JIANGSU
