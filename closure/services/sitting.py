"""Several numbers of one holder in one sitting: one identity check, one case each, each may fail alone (C-26)."""

from __future__ import annotations

import logging

from django.db import transaction

from closure import states
from closure.models import Case
from closure.parameters import SITTING_MOST
from closure.queries import term
from closure.rules.filing import number_findings
from closure.services import filing, mandate, standing
from portal import clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Missing, TongbanError
from portal.masked import Phone
from portal.refs import new_ref
from portal.register import home_of
from portal.services.register import number_index
from realname.authority import Match

log = logging.getLogger(__name__)


def further_of(main: Case) -> list[Case]:
    """The further numbers that wait in a sitting, in the order they were added."""
    return list(Case.objects.filter(sitting_ref=main.ref, state=states.DRAFT).exclude(pk=main.pk).order_by("pk"))


def cases_of(sitting_ref: str) -> list[Case]:
    """Every case and waiting number of a sitting, the first one first."""
    return list(Case.objects.filter(sitting_ref=sitting_ref).order_by("pk")) if sitting_ref else []


def take_photo(main: Case, content: bytes, *, by: Actor) -> Match:
    """The one identity check of a sitting: the holder's live photo, bound to the holder in the draft (C-08)."""
    match = standing.compare(main, standing.HOLDER, (main.name, main.id_number), content, by=by)
    with transaction.atomic(durable=True):
        same = Case.objects.filter(pk=main.pk, state=states.DRAFT, id_box=main.id_box, name_box=main.name_box)
        if not same.update(photo_match=match):
            raise Conflict("error.conflict", rule_id="C-26")
    main.photo_match = match
    return match


def add(main: Case, number: Phone, *, password: str = "", by: Actor) -> Case:
    """Put a further number of the same holder into the sitting of a draft; the home province will compare holders.

    Raises Invalid `error.sitting.…` for a number that is there already or is the contact, for another operator's, and
    beyond five ⚙; Conflict when the holder was not named yet, somebody acts for them, or the draft is another's.
    """
    alone = mandate.of(main) is not None
    if main.account_ref != by.line_ref or main.state != states.DRAFT or not main.id_box or alone:
        raise Conflict("error.conflict", rule_id="C-26")
    home = home_of(number)
    if home is None or home.operator != main.operator:
        raise Invalid("error.closure.other_operator", field="number", rule_id="C-26")
    contact = main.contact if main.contact_box else None
    for finding in number_findings(number, contact=contact, refund=None):
        raise Invalid(f"finding.{finding.key}.fact", field="number", rule_id=finding.rules[0])
    row = Case(ref=new_ref(), account_ref=new_ref(), state=states.DRAFT, owner=by.ref, language=main.language)
    row.operator, row.province, row.sitting_ref = home.operator, home.province, main.ref
    row.number, row.number_index = number, number_index(number)
    row.proof, row.created_at = "other_line", clock.now()
    if password:
        standing.take_password_try(row, by=by)
        row.password = password
    with transaction.atomic(durable=True):
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=main.pk)
        _fits(main, number)
        row.save(force_insert=True)
    return row


def _fits(main: Case, number: Phone) -> None:
    there = further_of(main)
    if number in (main.number, *(row.number for row in there)):
        raise Invalid("error.sitting.twice", field="number", rule_id="C-26")
    most = term(main, SITTING_MOST)
    if len(there) + 1 >= most:
        raise Invalid("error.sitting.many", field="number", rule_id="C-26", most=most)


def remove(main: Case, ref: str, *, by: Actor) -> None:
    """Take a waiting number out again; one that was filed by now stays."""
    if main.account_ref == by.line_ref:
        with transaction.atomic(durable=True):
            Case.objects.filter(ref=ref, sitting_ref=main.ref, state=states.DRAFT).exclude(pk=main.pk).delete()


def file_all(main: Case, *, by: Actor) -> Case:
    """File the draft and every further number; the same again files what is left. One that fails hinders no other.

    Raises as filing.file does for the draft itself, Missing for anybody but the line that began the sitting.
    """
    if main.account_ref != by.line_ref:
        raise Missing("error.missing")
    if main.state == states.DRAFT:
        if further_of(main):
            Case.objects.filter(pk=main.pk, state=states.DRAFT).update(sitting_ref=main.ref)
        main = filing.file(main, by=by)
    for row in further_of(main):
        try:
            _file_one(main, row, by=by)
        except TongbanError as error:
            log.warning("sitting %s: one number was not filed (%s)", main.ref, error.key)
    return Case.objects.get(pk=main.pk)


def _file_one(main: Case, row: Case, *, by: Actor) -> None:
    """One case of its own, with the holder, contact, place and photo of the sitting."""
    row.name, row.id_number, row.contact = main.name, main.id_number, main.contact
    names = ("id_index", "contact_challenge", "contact_verified_at", "visiting_province", "photo_match", "language")
    values = {name: getattr(main, name) for name in names}
    boxes = {name: getattr(row, name) for name in ("name_box", "id_box", "contact_box")}
    with transaction.atomic(durable=True):
        if not Case.objects.filter(pk=row.pk, state=states.DRAFT).update(**values, **boxes):
            return
    filing.file(Case.objects.get(pk=row.pk), by=by, account_ref=main.account_ref)
