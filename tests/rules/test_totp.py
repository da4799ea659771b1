"""Time-based codes of staff."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.totp import code_at, used_step

SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_the_published_vectors_of_rfc_6238_hold(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, at) == code
    assert used_step(SECRET, code, at=at, after=-1) == seconds // 30


def test_a_used_step_is_not_taken_again_and_a_late_code_is_taken_once() -> None:
    at = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    step = used_step(SECRET, code_at(SECRET, at), at=at + timedelta(seconds=29), after=-1)
    assert step is not None
    assert used_step(SECRET, code_at(SECRET, at), at=at, after=step) is None


@pytest.mark.parametrize("typed", ["", "28708", "２８７０８２", "abcdef", "-87082", "2870822"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert used_step(SECRET, typed, at=datetime.fromtimestamp(59, UTC), after=-1) is None
