"""Checks of persons, each recorded: who looked, where, how it ended (C-08); and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from closure import mandates
from closure.models import Case, Mandate, Sighting
from closure.parameters import DELEGATE_ACROSS, DELEGATE_AT_HOME, HOLDER_TRIES, PAPER_TRIES, PASSWORD_TRIES, PHOTO_TRIES
from closure.queries import term
from closure.rules.finding import Facts
from closure.rules.standing import Acting, Standing, is_minor
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.masked import IdNumber, PersonName
from portal.sealing import blind_index, blind_indexes
from portal.services.budgets import Limit, spend
from realname.authority import Match, authority, checked_photo

HOLDER, AGENT = "holder", "agent"
BY_EYE = "by_eye"
Who = tuple[PersonName, IdNumber]
DAY_S = 86_400
PASSWORD_PERSONS = 10
"""How many times one person's tries all persons together have at one number, or a clerk has for all they serve."""


def standing_of(case: Case, answers: Mapping[str, Facts]) -> Standing:
    """How the person of a case was proved, from what is recorded about it."""
    return Standing(
        proof=case.proof,
        photo_match=case.photo_match,
        password=answers["password"]["match"] if "password" in answers else None,
        seen_in_store=was_seen(case, HOLDER, case.id_number, in_store=True),
        minor=is_minor(case.id_number.plain, clock.today()),
        acting=_acting(case),
    )


def _acting(case: Case) -> Acting | None:
    mandate = Mandate.objects.filter(case=case).first()
    if mandate is None:
        return None
    until = mandate.exception_due_at if mandate.exception == mandates.ASKED else None
    return Acting(mandate.kind, mandate.state, is_open(case), mandate.exception, mandate.due_at, until)


def is_open(case: Case) -> bool:
    """Whether the home province lets a delegate act without an exception: at home, or from another one (C-09)."""
    return bool(term(case, DELEGATE_AT_HOME if case.visiting_province == case.province else DELEGATE_ACROSS))


def was_seen(case: Case, person: str, id_number: IdNumber, *, in_store: bool = False) -> bool:
    """Whether the bearer of this very ID was checked with success; `in_store` asks for the original in a store."""
    indexes = blind_indexes("id", id_number.plain)
    seen = Sighting.objects.filter(case=case, person=person, id_index__in=indexes, result__in=(Match.MATCH, BY_EYE))
    return seen.filter(way="store", original_seen=True).exists() if in_store else seen.exists()


def compare(case: Case, person: str, holder: tuple[PersonName, IdNumber], content: bytes, *, by: Actor) -> Match:
    """Have a live photo compared with the picture on file, and record how it ended; the photo is not kept.

    Outside transactions. The consent to it is part of the record (D-06). Raises Invalid `error.photo.…`, and TooMany
    beyond ten tries a day ⚙ of one person at one case.
    """
    content = checked_photo(content)
    with transaction.atomic(durable=True):
        spend([Limit(f"photo:{case.account_ref}", term(case, PHOTO_TRIES), DAY_S)], field="photo")
    match = authority().match(*holder, content)
    with transaction.atomic(durable=True):
        sight(case, person, "photo", match, id_number=holder[1], by=by)
    return match


def sight(
    case: Case, person: str, way: str, result: str, *, id_number: IdNumber, original_seen: bool = False, by: Actor
) -> Sighting:
    """Record one check of one person, in the caller's transaction; the chain keeps it without any name (D-03)."""
    row = Sighting(
        case=case,
        person=person,
        way=way,
        result=result,
        original_seen=original_seen,
        id_index=blind_index("id", id_number.plain),
        by_ref=by.ref,
        by_role=str(by.role),
        operator=by.operator,
        province=by.province,
        store=by.store,
        at=clock.now(),
    )
    row.seen_id = id_number
    row.save(force_insert=True)
    facts = {"person": person, "way": way, "result": str(result), "original_seen": original_seen}
    audit.record("closure.seen", subject_ref=case.ref, by=by, chain=case.province, rules=("C-08", "D-06"), facts=facts)
    return row


def see_person(
    case: Case, person: str, who: tuple[PersonName, IdNumber], *, photo: bytes, by_eye: bool, by: Actor
) -> None:
    """An original ID lies before the clerk: a live photo matches it, or the clerk looks where no picture is on file.

    A face match is never the only way: who wants no photo is checked by eye (C-08, D-06). Outside transactions. Raises
    Invalid `error.closure.not_alike`; the attempt is recorded either way.
    """
    match = compare(case, person, who, photo, by=by) if photo else None
    alike = match == Match.MATCH or (by_eye and match != Match.NO_MATCH)
    result = BY_EYE if alike and match != Match.MATCH else match or Match.UNKNOWN
    with transaction.atomic(durable=True):
        sight(case, person, "store", result, id_number=who[1], original_seen=True, by=by)
    if not alike:
        raise Invalid("error.closure.not_alike", field="photo", rule_id="C-08")


def must_be_seen(draft: Case) -> None:
    """A draft of the counter is filed once its holder was seen there, under the very ID it names; Conflict before."""
    if draft.proof == "store" and not was_seen(draft, HOLDER, draft.id_number, in_store=True):
        raise Conflict("error.closure.not_seen", rule_id="C-08")


def is_recalled(case: Case) -> bool:
    """Whether somebody acts whose papers were accepted and are no longer (C-09)."""
    return Mandate.objects.filter(case=case).exclude(recalled_by="").exclude(state=mandates.PROVED).exists()


def must_be_same(case: Case) -> None:
    """Lock a case, in the caller's transaction; Conflict when another holder was named while a photo was compared."""
    now = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if [bytes(now.id_box), bytes(now.name_box)] != [bytes(case.id_box), bytes(case.name_box)]:
        raise Conflict("error.conflict", rule_id="C-08")


def must_have_no_papers(case: Case) -> None:
    """Lock a case, in the caller's transaction; Conflict when somebody acts with papers, which name one holder."""
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if Mandate.objects.filter(case=case).exists():
        raise Conflict("error.standing.papers", rule_id="C-09")


def take_password_try(case: Case, *, by: Actor) -> None:
    """Count one try of the number's service password before it is asked; raises TooMany beyond five a day ⚙ (C-08).

    Counted for the person and the number, so that a stranger cannot use up the owner's tries; all persons together
    have ten times as many, so that many strangers cannot guess.
    """
    most = term(case, PASSWORD_TRIES)
    one = Limit(f"service-password:{by.line_ref or by.ref}:{case.number_index}", most, DAY_S)
    everybody = Limit(f"service-password:{case.number_index}", PASSWORD_PERSONS * most, DAY_S)
    with transaction.atomic(durable=True):
        spend([one, everybody], field="password")


def take_paper_try(case: Case, *, by: Actor) -> None:
    """Count one sending of papers before they are drawn; raises TooMany beyond twenty a day ⚙ of one line (C-09).

    One person at a counter, who sends for many, has ten times as many.
    """
    most = term(case, PAPER_TRIES)
    line = Limit(f"papers:{case.account_ref}", most, DAY_S)
    with transaction.atomic(durable=True):
        spend([line, Limit(f"papers-by:{by.ref}", PASSWORD_PERSONS * most, DAY_S)], field="papers")


def take_holder_try(case: Case) -> None:
    """Count one name and ID typed anew, so that nobody finds out a holder by trying; TooMany beyond five a day ⚙.

    Counted for the person and the number, whatever the case: withdrawing and filing again gives no new tries.
    """
    with transaction.atomic(durable=True):
        spend([Limit(f"holder:{case.account_ref}:{case.number_index}", term(case, HOLDER_TRIES), DAY_S)], field="name")
