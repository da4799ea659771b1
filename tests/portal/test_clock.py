"""One clock for all processes."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from portal import clock


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    """The clock's file."""
    settings.CLOCK_FILE = tmp_path / "clock"
    return tmp_path / "clock"


def offset() -> timedelta:
    """How far the clock is from the machine's."""
    return clock.now() - datetime.now(UTC)


def test_without_a_file_the_clock_is_the_machines(file: Path) -> None:
    assert abs(offset()) < timedelta(seconds=1)
    assert clock.now().utcoffset() == timedelta(hours=8)


def test_the_file_moves_the_clock_and_moves_it_again(file: Path) -> None:
    for place, seconds in enumerate((86400, -3600, 0)):
        file.write_text(f"{seconds}\n")
        os.utime(file, ns=(place, place + 1))
        assert abs(offset() - timedelta(seconds=seconds)) < timedelta(seconds=1)


def test_a_frozen_clock_stands_and_then_goes_on(file: Path) -> None:
    with clock.frozen(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) as at:
        assert clock.now() == at
        assert clock.today() == date(2027, 1, 1) == clock.day_of(at)
    assert abs(offset()) < timedelta(seconds=1)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass
