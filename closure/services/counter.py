"""What a clerk does in any own store: see the person and the original, take a case over, file one (C-08).

The desk's pages come with the desk; these are the verbs they will call.
"""

from __future__ import annotations

from django.db import transaction

from closure import states
from closure.models import Case
from closure.queries import visible_to
from closure.services import standing, verification
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Missing, Refused
from portal.masked import IdNumber, Phone
from portal.permissions import roles_of
from portal.refs import new_ref
from portal.register import home_of
from portal.sealing import blind_indexes
from portal.services.budgets import Limit, spend
from portal.services.register import number_index

TRIES, WINDOW_S = 10, 600


def open_draft(number: Phone, *, by: Actor, language: str = "zh") -> Case:
    """A draft for somebody who stands at the counter; a number of the clerk's own operator, handled in their province.

    Raises Refused for other roles, Missing when no province of the operator runs the number.
    """
    _only_counter(by)
    home = home_of(number)
    if home is None or home.operator != by.operator:
        raise Missing("error.closure.other_operator", field="number", rule_id="C-08")
    draft = Case(ref=new_ref(), account_ref=new_ref(), state=states.DRAFT, owner=by.ref, language=language)
    draft.operator, draft.province, draft.visiting_province = home.operator, home.province, by.province
    draft.number, draft.number_index = number, number_index(number)
    draft.proof, draft.created_at = "store", clock.now()
    with transaction.atomic(durable=True):
        draft.save(force_insert=True)
    return draft


def see_holder(case: Case, *, photo: bytes = b"", by_eye: bool = False, by: Actor) -> None:
    """Record that the holder's original ID was seen and the face compared; a held case is then checked again.

    A face match is never the only way: without a photo, or where no picture is on file, the clerk looks, and that is
    recorded. Raises Invalid `error.closure.not_alike` when the face is another's, Missing out of scope.
    """
    _only_counter(by)
    if not (case.state == states.DRAFT and case.owner == by.ref) and not visible_to(by).filter(pk=case.pk).exists():
        raise Missing("error.missing")
    who = (case.name, case.id_number)
    standing.see_person(case, standing.HOLDER, who, photo=photo, by_eye=by_eye, by=by)
    verification.look_again(case, by=by)


def take_over(case_no: str, id_number: IdNumber, *, by: Actor) -> Case:
    """A case of the clerk's operator goes on in their store, wherever it began: its number and the ID open it.

    Raises Missing for a wrong pair, as for another operator's case; TooMany beyond ten tries in ten minutes.
    """
    _only_counter(by)
    with transaction.atomic(durable=True):
        spend([Limit(f"take-over:{by.ref}", TRIES, WINDOW_S)])
    indexes = blind_indexes("id", id_number.plain)
    with transaction.atomic(durable=True):
        case = (
            Case.objects.select_for_update(of=("self",), no_key=True)
            .filter(case_no=case_no, id_index__in=indexes, operator=by.operator, state__in=sorted(states.BEFORE_MONEY))
            .first()
        )
        if case is None:
            raise Missing("error.missing")
        facts = {"from": case.visiting_province, "to": by.province}
        case.visiting_province = by.province
        Case.objects.filter(pk=case.pk).update(visiting_province=by.province)
        audit.record(
            "closure.taken_over", subject_ref=case.ref, by=by, chain=case.province, rules=("C-08",), facts=facts
        )
    return case


def _only_counter(by: Actor) -> None:
    if by.role not in roles_of("closure.counter"):
        raise Refused("error.refused", rule_id="D-05")
