"""Notices: written with what they tell of, sent after it, checkable by anyone (N-09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from portal.actors import ANONYMOUS, Actor
from portal.clock import frozen, now
from portal.errors import TooMany
from portal.masked import Phone
from portal.models import LineAccount, Notice, Outcome, SmsMessage
from portal.queries.notices import visible_to
from portal.queries.people import line_actor
from portal.servers.provision import Addresses
from portal.services import notices
from portal.services.verification import Verdict, look_up, verify_notice
from tests.portal.together import together

KEY = "notice.not_understood"


class Broken:
    """A carrier whose line breaks."""

    def send(self, to: Phone, text: str, *, message_ref: str) -> bool:
        """Breaks for one number."""
        if to.plain.endswith("21"):
            raise ConnectionResetError(to)
        return True


class Deaf:
    """A carrier that takes nothing; it looks whether a transaction is open."""

    inside = False

    def send(self, to: Phone, text: str, *, message_ref: str) -> bool:
        """Never taken."""
        Deaf.inside = Deaf.inside or connection.in_atomic_block
        return False


@pytest.fixture
def notice(database: Addresses, fujian: Phone, sweep: Actor) -> Notice:
    """A notice to the Fujian line."""
    return told(fujian, sweep)


@pytest.fixture
def deaf(settings: Settings) -> Iterator[None]:
    """The carrier is away."""
    settings.SMS_ADAPTER = "tests.portal.test_notices.Deaf"
    Deaf.inside = False
    yield
    assert not Deaf.inside


def told(phone: Phone, by: Actor) -> Notice:
    """Tell a line something."""
    with transaction.atomic():
        return notices.tell(phone, KEY, {}, case_ref="case", by=by)


def test_a_notice_carries_a_check_code_and_the_hotline(notice: Notice) -> None:
    assert len(notice.check_code) == 8
    assert notice.text.startswith("【号码通办】没看懂")
    assert f"核验码 {notice.check_code}" in notice.text
    assert "16100" in notice.text


def test_a_notice_is_rolled_back_with_what_it_tells_of(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    with transaction.atomic():
        notices.tell(fujian, KEY, {}, by=sweep)
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0


def test_a_notice_is_sent_once_however_often_it_is_tried(notice: Notice, sweep: Actor) -> None:
    results = together(10, lambda _place: notices.send_notice(notice.ref, by=sweep))
    assert results.count(True) == 1
    message = SmsMessage.objects.get()
    assert (message.text, message.state, message.notice_id) == (notice.text, "SENT", notice.pk)


def test_a_lost_nudge_is_made_good_by_the_sweep(notice: Notice, sweep: Actor) -> None:
    assert notices.sweep(by=sweep) == 0
    with frozen(now() + timedelta(seconds=6)):
        assert (notices.sweep(by=sweep), notices.sweep(by=sweep)) == (1, 0)


def test_a_carrier_that_is_away_is_tried_again_and_the_message_is_one(notice: Notice, sweep: Actor, deaf: None) -> None:
    assert notices.send_notice(notice.ref, by=sweep) is False
    for minute in range(1, 9):
        with frozen(now() + timedelta(minutes=2 * minute)):
            notices.sweep(by=sweep)
    notice.refresh_from_db()
    assert (notice.attempts, notice.outcome) == (5, Outcome.FAILED)
    assert SmsMessage.objects.get().state == "FAILED"


def test_one_message_that_breaks_does_not_hold_up_the_others(notice: Notice, sweep: Actor, settings: Settings) -> None:
    settings.SMS_ADAPTER = "tests.portal.test_notices.Broken"
    told(Phone("16135006722"), sweep)
    with frozen(now() + timedelta(seconds=6)):
        assert notices.sweep(by=sweep) == 1


def test_a_form_succeeds_while_the_broker_is_away(
    database: Addresses, fujian: Phone, sweep: Actor, no_broker: None
) -> None:
    assert told(fujian, sweep).pk
    with frozen(now() + timedelta(seconds=6)):
        assert notices.sweep(by=sweep) == 1


def test_the_database_holds_no_plain_text(notice: Notice, fujian: Phone) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(n)::text, encode(text_box, 'escape') FROM portal_notice n")
        stored = " ".join(cursor.fetchone() or ())
    assert fujian.plain not in stored
    assert "没看懂" not in stored


def check(code: str, tail: str, address: str = "192.0.2.1") -> Verdict:
    """The verdict."""
    return verify_notice(code, tail, address=address, by=ANONYMOUS).verdict


def test_code_and_tail_together_show_the_notice(notice: Notice) -> None:
    view = look_up(f" {notice.check_code} ", "６７２１", address="192.0.2.1", by=ANONYMOUS)
    assert view is not None
    assert (view.text, view.operator, view.channel) == (notice.text, "161", "sms")


def test_without_the_tail_nothing_is_shown(notice: Notice) -> None:
    other = f"{(int(notice.check_code) + 1) % 10**8:08d}"
    assert check(notice.check_code, "6722") == Verdict.TAIL
    assert check(other, "6721") == Verdict.UNKNOWN
    assert check("", "\x00") == Verdict.UNKNOWN
    assert verify_notice(notice.check_code, "6722", address="x", by=ANONYMOUS).notice is None


def test_five_looks_in_ten_minutes_hold_in_parallel(notice: Notice) -> None:
    results = together(30, lambda place: check(f"{place:08d}", "0000"))
    assert sum(isinstance(one, Verdict) for one in results) == 5
    with pytest.raises(TooMany, match=r"error\.verify\.too_often"):
        check(notice.check_code, "6721")
    assert check(notice.check_code, "6721", "192.0.2.2") == Verdict.TRUE


def test_a_line_sees_its_own_notices_and_no_others(notice: Notice, line: LineAccount, sweep: Actor) -> None:
    told(Phone("16135006722"), sweep)
    assert list(visible_to(line_actor(line))) == [notice]
    assert list(visible_to(ANONYMOUS)) == list(visible_to(sweep)) == []


def test_an_outcome_is_kept(notice: Notice, sweep: Actor) -> None:
    notices.note_outcome(notice.ref, Outcome.BELIEVED_FRAUD, by=sweep)
    assert Notice.objects.get().outcome == "believed_fraud"
