"""Tokens of the API: issued to a line by its code, to staff and operators' systems by an administrator (D-04, D-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from portal import audit
from portal.actors import Actor
from portal.clock import now, today
from portal.errors import Invalid, Missing
from portal.models import ApiToken, LineAccount, Person
from portal.parameters import API_LINE_MINUTES, value_of
from portal.permissions import declared
from portal.queries.tokens import index_of
from portal.refs import new_ref
from portal.roles import STAFF, Role

PREFIX = "tb_"
LONGEST_DAYS = 366


def _issue(token: ApiToken, *, by: Actor) -> str:
    """Write the row with the hash of a new token (260 random bits) and return the token, which is shown once."""
    text = PREFIX + new_ref() + new_ref()
    token.token_index = index_of(text)
    token.created_at = now()
    with transaction.atomic(durable=True):
        token.save(force_insert=True)
        facts = {"role": token.role, "scopes": token.scopes, "until": token.expires_at.isoformat()}
        audit.record("token.issue", subject_ref=token.ref, by=by, chain=audit.CENTRE, rules=["D-04"], facts=facts)
    return text


def issue_to_line(account: LineAccount, *, by: Actor) -> tuple[ApiToken, str]:
    """A short-lived token for a line that has just proved itself by a code; its sign-out ends it too (D-04)."""
    token = ApiToken(role=Role.SUBSCRIBER, account=account, epoch=account.session_epoch, expires_at=_soon())
    return token, _issue(token, by=by)


def issue_to_case(case_ref: str, *, by: Actor) -> tuple[ApiToken, str]:
    """A short-lived token that opens one case: its contact number has just answered for it (C-05)."""
    token = ApiToken(role=Role.SUBSCRIBER, case_ref=case_ref, expires_at=_soon())
    return token, _issue(token, by=by)


def _soon() -> datetime:
    return now() + timedelta(minutes=value_of(API_LINE_MINUTES, on=today()))


def issue_to_person(
    person: Person, *, scopes: Sequence[str] = (), days: int, label: str = "", by: Actor
) -> tuple[ApiToken, str]:
    """A token for a member of staff in the role and scope of the live grant; a changed grant ends it.

    Raises Missing when the person has no role, Invalid ``error.token.scope | error.token.days``.
    """
    grant = person.grants.filter(ended_at=None).order_by("id").first()
    if grant is None:
        raise Missing("error.missing")
    token = ApiToken(
        role=grant.role, operator=grant.operator, province=grant.province, store=grant.store, person=person
    )
    return _bounded(token, scopes, days, label, by=by)


def issue_to_system(
    role: Role,
    label: str,
    *,
    operator: str = "",
    province: str = "",
    scopes: Sequence[str] = (),
    days: int,
    by: Actor,
) -> tuple[ApiToken, str]:
    """A token for an operator's own system, in one role and scope. Raises Invalid as ``issue_to_person`` does."""
    if role not in STAFF:
        raise Invalid("error.token.scope", field="role", rule_id="D-05")
    return _bounded(ApiToken(role=role, operator=operator, province=province), scopes, days, label, by=by)


def _bounded(token: ApiToken, scopes: Sequence[str], days: int, label: str, *, by: Actor) -> tuple[ApiToken, str]:
    if unheld := [word for word in scopes if token.role not in declared().get(word, frozenset())]:
        raise Invalid("error.token.scope", field="scope", rule_id="D-05", word=unheld[0])
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid("error.token.days", field="days", rule_id="D-04", n=LONGEST_DAYS)
    token.scopes, token.label = sorted(set(scopes)), label[:60]
    token.expires_at = now() + timedelta(days=days)
    return token, _issue(token, by=by)


def revoke(ref: str, *, by: Actor) -> None:
    """End a token now; a second time changes nothing. Raises Missing for a ref that is none."""
    with transaction.atomic(durable=True):
        if ApiToken.objects.filter(ref=ref, revoked_at=None).update(revoked_at=now()):
            audit.record("token.revoke", subject_ref=ref, by=by, chain=audit.CENTRE, rules=["D-04"])
        elif not ApiToken.objects.filter(ref=ref).exists():
            raise Missing("error.missing")


def remember_case(token: ApiToken, case_ref: str, *, by: Actor) -> None:
    """This token filed a case, and may still read it when the line's own account has ended (C-05, C-11)."""
    with transaction.atomic(durable=True):
        ApiToken.objects.filter(pk=token.pk).update(case_ref=case_ref)
