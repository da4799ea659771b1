"""Having the number back within the freeze: once, in person, by the home province's book (C-11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from bss.simulated import Temper, line_row, set_temper
from closure import states
from closure.models import Case, Certificate, HavingBack
from closure.queries import current_quote
from closure.queries.after import may_be_had_back, standing_of
from closure.services import certificate, having_back, payment
from closure.services.having_back import Seen
from portal import clock, register
from portal.actors import Actor
from portal.errors import Conflict, Refused
from portal.masked import PersonName
from portal.models import AuditEntry, Notice, NumberEntry
from portal.queries.register import home_of
from portal.roles import Role
from portal.rules.identity import demo_id
from portal.services import subscribers
from settlement.simulated.provider import decide
from tests.closure.conftest import FUJIAN, HOLDER, ID, MORNING, NUMBER, ROBOT, World

CLERK = Actor(Role.CLERK, "person:clerk", operator="161", province="32", store="nanjing-1")
SEEN = Seen(HOLDER, ID, "resident_id", "reader", "match")
DAY = timedelta(days=1)


@pytest.fixture
def closed(world: World, fujian: Callable[..., None]) -> Case:
    """A closed case; its number is frozen for 90 days."""
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def had_back(case: Case) -> HavingBack:
    """Asked for at the counter and worked."""
    row = having_back.ask(case, SEEN, by=CLERK)
    having_back.advance(row.ref, by=ROBOT)
    return HavingBack.objects.get(pk=row.pk)


def close_again(world: World) -> Case:
    """The holder closes the number once more, and pays what has accrued since."""
    case = world.quoted()
    quote = current_quote(case)
    if quote is not None and quote.total_fen:
        decide(payment.pay(case, "card", 1, by=world.by).ref, "paid")
    else:
        payment.settle_without_payment(case, 1, by=world.by)
    return world.work(case)


def test_a_number_had_back_is_in_use_at_home_and_in_the_register(closed: Case) -> None:
    assert had_back(closed).state == "RESTORED"
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "normal"
    home = home_of(NUMBER)
    assert home is not None and (home.state, home.frozen_until) == (register.Rung.IN_USE, None)
    assert subscribers.sign_in(NUMBER, ROBOT).ref != closed.account_ref
    assert Notice.objects.filter(key="notice.closure.had_back").exists()


def test_the_certificate_then_says_in_use_again(closed: Case) -> None:
    issued = Certificate.objects.get(case=closed)
    assert standing_of(issued).word == "frozen"
    had_back(closed)
    assert (standing_of(issued).word, standing_of(issued).in_force) == ("restored", False)


@pytest.mark.parametrize(
    "wrong",
    [{"name": PersonName("李四")}, {"id_number": demo_id("35", date(1990, 1, 1), 9)}, {"photo": "mismatch"}],
    ids=["name", "id", "photo"],
)
def test_a_failed_check_is_recorded_and_opens_nothing(closed: Case, wrong: dict[str, object]) -> None:
    row = having_back.ask(closed, replace(SEEN, **wrong), by=CLERK)  # type: ignore[arg-type]
    assert (row.state, row.code, row.seen_by, row.store) == ("REFUSED", "identity", CLERK.ref, CLERK.store)
    having_back.advance(row.ref, by=ROBOT)
    assert line_row(FUJIAN, NUMBER.plain)["state"] == "closed"
    assert AuditEntry.objects.filter(verb="closure.have_back_refused", subject_ref=closed.ref).exists()


def test_a_clerk_may_compare_by_eye_where_no_picture_is_on_file(closed: Case) -> None:
    assert having_back.ask(closed, replace(SEEN, photo="by_eye", read_by="eye"), by=CLERK).state == "ASKED"


@pytest.mark.parametrize("who", [{"operator": "163"}, {"store": ""}, {"role": Role.SUBSCRIBER}], ids=str)
def test_only_a_clerk_in_an_own_store_may_ask(closed: Case, who: dict[str, str]) -> None:
    parts = {"role": Role.CLERK, "operator": "161", "store": "nanjing-1", **who}
    with pytest.raises(Refused):
        having_back.ask(closed, SEEN, by=Actor(ref="person:x", province="32", **parts))  # type: ignore[arg-type]
    assert not HavingBack.objects.exists()


def test_a_number_is_had_back_once(world: World, closed: Case) -> None:
    had_back(closed)
    with clock.frozen(MORNING + DAY):
        again = close_again(world)
        assert (again.state, may_be_had_back(again)) == (states.CLOSED, "had")
        with pytest.raises(Conflict, match="had"):
            having_back.ask(again, SEEN, by=CLERK)


def test_after_the_freeze_it_is_too_late(closed: Case) -> None:
    with clock.frozen(MORNING + 91 * DAY):
        assert may_be_had_back(closed) == "over"
        with transaction.atomic():
            register.release_frozen(by=ROBOT)
        assert may_be_had_back(closed) == "gone"
        with pytest.raises(Conflict):
            having_back.ask(closed, SEEN, by=CLERK)


def test_the_freeze_is_kept_while_the_province_works(closed: Case) -> None:
    set_temper(FUJIAN, Temper.DOWN)
    with clock.frozen(MORNING + 89 * DAY):
        row = having_back.ask(closed, SEEN, by=CLERK)
        having_back.advance(row.ref, by=ROBOT)
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + 91 * DAY):
        with transaction.atomic():
            assert register.release_frozen(by=ROBOT) == 0
        having_back.advance(row.ref, by=ROBOT)
    assert HavingBack.objects.get().state == "RESTORED"


def test_a_province_that_lies_does_not_bring_the_number_back_by_words(closed: Case) -> None:
    set_temper(FUJIAN, Temper.HONEST, fault="lie", only=["reopen_line"], times=1)
    row = having_back.ask(closed, SEEN, by=CLERK)
    having_back.advance(row.ref, by=ROBOT)
    assert (HavingBack.objects.get().state, line_row(FUJIAN, NUMBER.plain)["state"]) == ("ASKED", "closed")
    having_back.advance(row.ref, by=ROBOT)
    assert (HavingBack.objects.get().state, line_row(FUJIAN, NUMBER.plain)["state"]) == ("RESTORED", "normal")


def test_a_ported_in_number_goes_back_to_its_original_operator_and_is_had_back_where_it_was(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    with transaction.atomic():
        entry = {"operator": "161", "original_operator": "164", "province": "35", "changed_at": clock.now()}
        NumberEntry.objects.create(number=int(NUMBER.plain), **entry)
    case = close_again(world)
    home = home_of(NUMBER)
    assert home is not None and (home.operator, home.state) == ("164", register.Rung.FROZEN)
    assert AuditEntry.objects.filter(verb="register.return", rules="P-09").count() == 1
    had_back(case)
    home = home_of(NUMBER)
    assert home is not None and (home.operator, home.state) == ("161", register.Rung.IN_USE)


def test_a_replaced_certificate_stays_checkable_and_says_so(world: World, closed: Case) -> None:
    first = Certificate.objects.get(case=closed)
    second = certificate.replace(closed, by=ROBOT)
    world.work(closed)
    assert standing_of(Certificate.objects.get(pk=first.pk)).word == "replaced"
    second = Certificate.objects.get(pk=second.pk)
    assert (standing_of(second).word, bool(second.pdf), second.number != first.number) == ("frozen", True, True)
    with transaction.atomic():
        certificate.end(closed, "revoked", by=ROBOT)
    assert standing_of(Certificate.objects.get(pk=second.pk)).word == "revoked"


def test_a_wish_that_cannot_be_worked_stops_no_sweep_and_waits(closed: Case) -> None:
    row = having_back.ask(closed, SEEN, by=CLERK)
    Case.objects.filter(pk=closed.pk).update(contact_box=b"nonsense")
    assert having_back.sweep(limit=5, by=ROBOT) == 1
    waits = HavingBack.objects.get(pk=row.pk)
    assert (waits.state, waits.due_at is not None and waits.due_at > clock.now()) == ("ASKED", True)
