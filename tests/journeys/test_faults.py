"""Kill the worker in the middle, lose every message, crash the database: every case ends without a hand."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from bss.gateway import Bss
from bss.models import Command
from bss.simulated import close_pools, effects_of, set_temper
from closure import states
from closure.models import Case
from closure.services import filing, payment, unbinding
from demo.cast.crowd import crowd
from portal import audit, clock
from portal.actors import robot
from portal.masked import IdNumber, PersonName, Phone
from portal.models import OneTimeCode
from portal.queries.people import line_actor
from portal.servers.process import wait_for
from portal.services import codes, subscribers
from settlement.queries import trial_balance
from settlement.simulated import provider
from tests.journeys.product import RunningProduct

GUIZHOU = Bss("163", "52")
CASES = 4


def filed(place: int) -> Case:
    """A filed case of an ordinary line of Guizhou."""
    spec = crowd(GUIZHOU, clock.today(), size=CASES)[place]
    account = subscribers.sign_in(Phone(spec.number), robot("test"))
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, PersonName(spec.holder_name), IdNumber(spec.holder_id), by=by)
    filing.set_place(draft, "32", by=by)
    filing.ask_contact_code(draft, Phone(f"1693270006{place}"), address="", by=by)
    code = codes.derive(OneTimeCode.objects.get(ref=draft.contact_challenge))
    filing.check_contact_code(draft, code, by=by)
    return filing.file(draft, by=by)


def pay_in_cash(case: Case) -> None:
    by = line_actor(subscribers.sign_in(case.number, robot("test")))
    unbinding.acknowledge(case, by=by)
    provider.decide(payment.pay(case, "cash", case.quotes.count(), by=by).ref, "paid")


def reached(cases: list[Case], *wanted: str, all_of_them: bool = True) -> Callable[[], bool]:
    """Whether the cases are where they are wanted; a database that is just coming back is asked again."""
    refs = [case.ref for case in cases]

    def look() -> bool:
        try:
            found = list(Case.objects.filter(ref__in=refs).values_list("state", flat=True))
        except (OperationalError, InterfaceError):
            connection.close()
            return False
        return (all if all_of_them else any)(state in wanted for state in found)

    return look


def hurt(product: RunningProduct) -> None:
    """The worker dies, every message is lost, the database crashes."""
    product.kill("worker")
    product.flush_broker()
    product.kill("postgres")
    connection.close()
    close_pools()


def test_nothing_is_lost_and_nothing_happens_twice(inside: RunningProduct) -> None:
    set_temper(GUIZHOU, "honest", latency_ms=300)
    cases = [filed(place) for place in range(CASES)]
    wait_for(reached(cases, states.VERIFYING, all_of_them=False), what="a verification under way", limit_s=30)
    hurt(inside)
    wait_for(reached(cases, states.QUOTED), what="every quote", limit_s=90)
    for case in Case.objects.filter(ref__in=[case.ref for case in cases]):
        pay_in_cash(case)
    wait_for(reached(cases, states.CLOSING, all_of_them=False), what="a closing under way", limit_s=60)
    hurt(inside)
    wait_for(reached(cases, states.CLOSED), what="every closing", limit_s=120)
    check(cases)


def check(cases: list[Case]) -> None:
    """Each command took effect once or, when it surely ended otherwise, never; the books balance; the chain holds."""
    for command in Command.objects.filter(case_ref__in=[case.ref for case in cases]):
        assert effects_of(GUIZHOU, command.ref) == (1 if command.state == "DONE" else 0), command.verb
    assert trial_balance() == 0
    assert audit.verify().whole
