"""What goes on in the books after a case: a refund comes back, a month is settled, a posting undone, books compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db.models import QuerySet

from bss.simulated import BucketSpec
from chaos.flow import CARD, MORNING, OWED, OWN, Flow, closes
from chaos.ground import FUJIAN, past_the_laws
from closure import states
from closure.models import Case
from closure.queries import bounced_payout, current_quote
from closure.services import paying_out, refund
from portal import clock
from portal.actors import Actor
from portal.roles import Role
from settlement import tasks
from settlement.models import Approval, Difference, Invoice, Payout, Reconciliation, Statement, StatementPaper, Transfer
from settlement.models.approval import REVERSE
from settlement.rules.netting import month_of
from settlement.services import approvals
from settlement.services.freezing import number_of
from settlement.simulated.provider import DECLINED
from settlement.states import APPROVED, ASKED, DENIED, FROZEN, SETTLED, STANDING, WAITING

MUCH = BucketSpec("b1", "own", 620_000)
DECLINED_CARD = f"622202000000008{DECLINED}"
NIGHT = time(1, 30)
"""When the books of the day before are compared, by then."""


def _finance(name: str) -> Actor:
    return Actor(Role.FINANCE, f"person:{name}", operator="161", province="32", label=name, present=True)


QIAN, SUN = _finance("qian"), _finance("sun")


def _chooses_a_card_that_is_declined(case: Case, by: Actor) -> bool:
    """The first card takes nothing; when the money is back, the person names another one."""
    quote = current_quote(case)
    if case.state == states.QUOTED and quote is not None and case.acknowledged_at and not case.refund_route:
        refund.choose_route(case, "card", DECLINED_CARD, by=by)
        return True
    return _chooses_again(case, by) or closes(case, by)


def _finance_looks(case: Case, by: Actor) -> bool:
    """A large refund: finance turns it down once, the person names another card, then finance lets it go."""
    waiting = Approval.objects.filter(payout__ref=case.payout_ref, state=ASKED).first() if case.payout_ref else None
    if waiting is None:
        return _chooses_again(case, by) or closes(case, by)
    once = not Approval.objects.filter(payout__case_ref=case.ref, state=DENIED).exists()
    approvals.decide(waiting.ref, approve=not once, because="卡号与机主核对" if once else "已核对", by=SUN)
    return True


def _chooses_again(case: Case, by: Actor) -> bool:
    """When the money is back, the person names another card."""
    if case.state != states.CLOSED or bounced_payout(case) is None:
        return False
    paying_out.choose_again(case, "card", CARD, by=by)
    return True


def _is_paid_out(case: Case) -> bool:
    return Payout.objects.filter(ref=case.payout_ref, state="PAID").exists()


def _statement(case: Case) -> Statement | None:
    """That of the month in which the case was filed."""
    first_on, _ = month_of(clock.day_of(case.filed_at or clock.now()))
    return Statement.objects.filter(number=number_of(case.operator, first_on)).first()


def _month_of_its_own(_serial: int) -> datetime:
    """The 24th of the first month that is not frozen yet."""
    last = Statement.objects.filter(operator="161").order_by("last_on").last()
    return MORNING if last is None else datetime.combine(last.last_on + timedelta(days=24), MORNING.timetz())


def _settles_the_month(case: Case, by: Actor) -> bool:
    """Once it is frozen, one of finance asks to settle it and another one agrees."""
    statement = _statement(case) if case.state == states.CLOSED else None
    if statement is None or statement.state != FROZEN:
        return closes(case, by)
    return _two_agree(
        Approval.objects.filter(statement=statement),
        lambda: approvals.ask_settling(statement.number, "与各省核对一致", by=QIAN),
    )


def _is_settled(case: Case) -> bool:
    statement = _statement(case)
    printed = StatementPaper.objects.filter(statement=statement).exists()
    return statement is not None and statement.state == SETTLED and printed


def _month_ends(case: Case) -> datetime | None:
    """The first night of the next month, until the statement is there; then when its paper is due."""
    if case.state != states.CLOSED or case.filed_at is None:
        return None
    statement = _statement(case)
    if statement is not None:
        return statement.due_at
    _, last_on = month_of(clock.day_of(case.filed_at))
    return datetime.combine(last_on + timedelta(days=1), NIGHT, clock.SHANGHAI)


def _undoes_the_charge(case: Case, by: Actor) -> bool:
    """What was collected is reversed by two: the invoice follows by a red note."""
    if case.state != states.CLOSED:
        return closes(case, by)
    charge = Transfer.objects.get(case_ref=case.ref, purpose="collect")
    if Transfer.objects.filter(reverses=charge).exists():
        return False
    return _two_agree(
        Approval.objects.filter(transfer=charge), lambda: approvals.ask_reversal(charge.ref, "重复收款", by=QIAN)
    )


def _two_agree(requests: QuerySet[Approval], ask: Callable[[], Approval]) -> bool:
    waiting = requests.filter(state=ASKED).first()
    if waiting is None:
        ask()
    else:
        approvals.decide(waiting.ref, approve=True, because="凭证已核对", by=SUN)
    return True


def _is_undone(case: Case) -> bool:
    undone = Approval.objects.filter(verb=REVERSE, state=APPROVED, transfer__case_ref=case.ref)
    return undone.exists() and not Invoice.objects.filter(case_ref=case.ref, paper=None).exists()


def _day_of_its_own(serial: int) -> datetime:
    return MORNING + timedelta(days=serial)


def _run(case: Case) -> Reconciliation | None:
    """Fujian's run of the day on which the case closed."""
    if case.closed_at is None:
        return None
    runs = Reconciliation.objects.filter(operator="161", province="35", day=clock.day_of(case.closed_at))
    return runs.order_by("turn").last()


def _is_compared(case: Case) -> bool:
    run = _run(case)
    return run is not None and run.state != WAITING


def _night_comes(case: Case) -> datetime | None:
    if case.closed_at is None:
        return None
    run = _run(case)
    if run is None:
        return datetime.combine(clock.day_of(case.closed_at) + timedelta(days=1), NIGHT, clock.SHANGHAI)
    return run.due_at


def _loses_a_row(case: Case, by: Actor) -> bool:
    """At home somebody takes the payment out of the book before the night comes."""
    if case.state != states.CLOSED or _run(case) is not None:
        return closes(case, by)
    return past_the_laws(FUJIAN, "DELETE FROM book WHERE case_ref = %s AND account = 'agent'", case.ref) > 0


def _is_found(case: Case) -> bool:
    return _is_compared(case) and Difference.objects.filter(case_ref=case.ref, state=STANDING).exists()


NIGHTLY = (("reconcile", tasks.reconcile),)
# The reversal is the last: what it leaves apart in the books must not be what another flow is counted by.
FLOWS = (
    Flow("bounced", _chooses_a_card_that_is_declined, {"buckets": [OWN]}, over=_is_paid_out),
    Flow("large", _finance_looks, {"buckets": [MUCH]}, over=_is_paid_out),
    Flow(
        "month",
        _settles_the_month,
        {"bills": [OWED]},
        over=_is_settled,
        due=_month_ends,
        robots=(("books", tasks.close_books),),
        begins=_month_of_its_own,
    ),
    Flow(
        "compared",
        closes,
        {"bills": [OWED]},
        over=_is_compared,
        due=_night_comes,
        robots=NIGHTLY,
        begins=_day_of_its_own,
    ),
    Flow(
        "row_lost",
        _loses_a_row,
        {"bills": [OWED]},
        over=_is_found,
        due=_night_comes,
        robots=NIGHTLY,
        begins=_day_of_its_own,
    ),
    Flow("reversal", _undoes_the_charge, {"bills": [OWED]}, over=_is_undone),
)
