"""Having the number back within the freeze: once, in person at an own store, reopened by the home province (C-11).

The store's check is recorded whatever came of it. The freeze is kept while the province works, so that no sweep can
recycle the number meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from bss.services import books
from bss.states import DONE, REFUSED
from closure import states
from closure.models import Case, HavingBack
from closure.models.having_back import ASKED, RESTORED
from closure.models.having_back import REFUSED as NOT_GIVEN
from closure.parameters import HAVE_BACK_DAYS
from closure.queries import term, visible_to
from closure.queries.after import may_be_had_back
from closure.services import orders, standing, tail
from closure.services.timing import soon
from portal import audit, clock, register
from portal.actors import Actor
from portal.errors import Conflict, Refused
from portal.masked import IdNumber, PersonName
from portal.moving import LEASE_S, begin, move, release_lease, take_lease
from portal.nudges import nudge
from portal.refs import new_ref
from portal.roles import Role
from portal.rules.identity import same_name
from portal.sealing import blind_indexes
from portal.services import notices
from portal.services.budgets import Limit, spend
from portal.sweeping import work_due
from realname.authority import Match

TRIES, WINDOW_S = 10, 600
STORE_ROLES = (Role.CLERK, Role.SUPERVISOR)


@dataclass(frozen=True)
class Seen:
    """What a clerk saw: the original document, how it was read, how the live photo was judged ("match" or not).

    `photo` is "match", "mismatch" or, where no picture is on file, "by_eye" when the clerk compared it (C-08).
    """

    name: PersonName
    id_number: IdNumber
    document: str
    read_by: str
    photo: str


def at_counter(case_no: str, id_number: IdNumber, *, by: Actor) -> Case | None:
    """The case of the clerk's operator that its number and the holder's ID open together, in any own store (C-11).

    One in the clerk's own province or sent there opens by its number alone: a check that fails there is recorded.
    Raises TooMany beyond ten tries in ten minutes, and Refused for anybody who is in no store, whatever the pair:
    whether it fits is nobody's to find out elsewhere.
    """
    if by.role not in STORE_ROLES or not by.store:
        raise Refused("error.refused", rule_id="C-11")
    with transaction.atomic(durable=True):
        spend([Limit(f"have-back:{by.ref}", TRIES, WINDOW_S)])
    theirs = Q(operator=by.operator, id_index__in=blind_indexes("id", id_number.plain))
    anywhere = Case.objects.exclude(state=states.DRAFT).filter(theirs, case_no=case_no)
    return visible_to(by).filter(case_no=case_no).first() or anywhere.first()


def judged(case: Case, who: standing.Who, *, photo: bytes, by_eye: bool, by: Actor) -> str:
    """How the person's face was judged: a live photo beside the picture on file, else the clerk's look (C-08, D-06).

    A face match is never the only way: `by_eye` counts where no photo was wanted or no picture is on file, never
    against a photo that shows somebody else. Outside transactions. Raises as `standing.compare` does.
    """
    match = standing.compare(case, standing.HOLDER, who, photo, by=by) if photo else None
    if match == Match.MATCH:
        return "match"
    return "by_eye" if by_eye and match != Match.NO_MATCH else "mismatch"


def ask(case: Case, seen: Seen, *, by: Actor) -> HavingBack:
    """Record the check at the counter and, when it is the holder's, order the number back.

    Raises Refused for anybody who is not a clerk in a store of the same operator, Conflict `error.have_back.<why>` when
    the number cannot be had back. A failed check gives a row that is REFUSED.
    """
    if by.role not in STORE_ROLES or not by.store or by.operator != case.operator:
        raise Refused("error.refused", rule_id="C-11")
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if (why := may_be_had_back(locked)) != "":
            raise Conflict(f"error.have_back.{why}", rule_id="C-11")
        row = _written(locked, seen, by=by)
        facts = {"holder": row.holder, "photo": row.photo, "document": row.document, "store": row.store}
        verb = "closure.have_back" if row.state == ASKED else "closure.have_back_refused"
        audit.record(verb, subject_ref=case.ref, by=by, chain=case.province, rules=("C-11", "C-08"), facts=facts)
        if row.state == ASKED:
            until = clock.now() + timedelta(days=term(case, HAVE_BACK_DAYS))
            register.keep_frozen(case.number, until=until, by=by)
            nudge("closure.have_back", row.ref)
    return row


def _written(case: Case, seen: Seen, *, by: Actor) -> HavingBack:
    holder = seen.id_number == case.id_number and same_name(seen.name, case.name)
    passed = holder and seen.photo in ("match", "by_eye")
    now = clock.now()
    row = HavingBack.objects.create(
        ref=new_ref(),
        state=ASKED if passed else NOT_GIVEN,
        due_at=now if passed else None,
        owner="robot:closer" if passed else "",
        case=case,
        number_index=case.number_index,
        id_index=case.id_index,
        document=seen.document,
        read_by=seen.read_by,
        photo=seen.photo,
        holder=holder,
        store=by.store,
        seen_by=by.ref,
        asked_at=now,
        code="" if passed else "identity",
    )
    result = {"match": Match.MATCH, "by_eye": standing.BY_EYE}.get(seen.photo, Match.NO_MATCH)
    standing.sight(case, standing.HOLDER, "store", result, id_number=seen.id_number, original_seen=True, by=by)
    begin(row, by=by, reason="checked at the counter", rules=("C-11", "C-08"))
    return row


def advance(ref: str, *, by: Actor) -> None:
    """Do what is due for one wish, under its lease."""
    pk = HavingBack.objects.filter(ref=ref, state=ASKED).values_list("pk", flat=True).first()
    fence = take_lease(HavingBack, pk, lease_s=LEASE_S) if pk is not None else None
    if pk is not None and fence is not None:
        _work(pk, fence, by=by)


def sweep(*, limit: int, by: Actor) -> int:
    """Claim and work what is due; returns how many."""
    return work_due(HavingBack, partial(_work, by=by), limit=limit)


def _work(pk: int, fence: int, *, by: Actor) -> None:
    try:
        row = HavingBack.objects.select_related("case").get(pk=pk)
        if row.state == ASKED:
            _reopen(row, fence, by=by)
    finally:
        release_lease(HavingBack, pk, fence)


def _reopen(row: HavingBack, fence: int, *, by: Actor) -> None:
    case = row.case
    command = orders.carry_out(case, f"reopen:{row.ref}", "reopen_line", {}, by=by)
    home = orders.home_of_case(case)
    if command.state == REFUSED:
        _refuse(row, command.code, fence, by=by)
    elif command.state == DONE and books.compare(home, case.number.plain, case_ref=case.ref, by=by).true:
        _restore(row, fence, by=by)
    else:
        with transaction.atomic():
            HavingBack.objects.filter(pk=row.pk, lease_token=fence).update(due_at=soon(20))


def _restore(row: HavingBack, fence: int, *, by: Actor) -> None:
    """The province's book shows the line open: register, history and notice in one transaction."""
    case, now = row.case, clock.now()
    with transaction.atomic(durable=True):
        move(row, RESTORED, by=by, reason="reopened", rules=("C-11",), fence=fence, due_at=None, restored_at=now)
        register.have_back(case.number, case.operator, by=by)
        tail.hand_back(case, by=by)
        facts = {"number": case.number.masked, "case_no": case.case_no}
        notices.tell(case.contact, "notice.closure.had_back", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.had_back", subject_ref=case.ref, by=by, chain=case.province, rules=("C-11",))


def _refuse(row: HavingBack, code: str, fence: int, *, by: Actor) -> None:
    case = row.case
    with transaction.atomic(durable=True):
        move(row, NOT_GIVEN, by=by, reason=f"refused:{code}", rules=("C-11",), fence=fence, due_at=None, code=code[:64])
        facts = {"number": case.number.masked, "case_no": case.case_no}
        notices.tell(case.contact, "notice.closure.not_had_back", facts, case_ref=case.ref, by=by, lang=case.language)
        audit.record("closure.not_had_back", subject_ref=case.ref, by=by, chain=case.province, rules=("C-11",))
