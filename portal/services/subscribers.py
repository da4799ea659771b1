"""A line signs in with a code (D-04)."""

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.actors import Actor
from portal.clock import now
from portal.errors import Invalid, Refused
from portal.masked import Phone
from portal.models import LineAccount
from portal.queries.register import Home, home_of
from portal.services.register import end_accounts, number_index, number_indexes

SIGNS_IN = frozenset({"in_use", "in_port"})


def _known(indexes: list[str], home: Home) -> LineAccount | None:
    live = LineAccount.objects.filter(number_index__in=indexes, ended_at=None)
    return live.filter(operator=home.operator, province=home.province).first()


def _end_of_others(indexes: list[str], home: Home) -> None:
    """End the accounts of where the number was before; never the one another tab is making just now."""
    live = LineAccount.objects.filter(number_index__in=indexes, ended_at=None)
    elsewhere = live.exclude(operator=home.operator, province=home.province)
    elsewhere.update(ended_at=now(), session_epoch=F("session_epoch") + 1)


def _create(phone: Phone, index: str, home: Home) -> LineAccount:
    account = LineAccount(number_index=index, operator=home.operator, province=home.province, created_at=now())
    account.number = phone
    account.save(force_insert=True)
    return account


def sign_in(phone: Phone, by: Actor) -> LineAccount:
    """The live account of a number that a code has just proved; made at the first sign-in.

    A number that went to another operator starts a new account: the old one and its sessions are over. Raises Invalid
    ``error.phone.unknown`` and Refused ``error.line.frozen``.
    """
    home = home_of(phone)
    if home is None:
        raise Invalid("error.phone.unknown", field="phone", rule_id="G-02")
    if home.state not in SIGNS_IN:
        raise Refused("error.line.frozen", field="phone", rule_id="C-05")
    indexes = number_indexes(phone)
    known = _known(indexes, home)
    if known is not None:
        return known
    try:
        with transaction.atomic(durable=True):
            _end_of_others(indexes, home)
            return _create(phone, number_index(phone), home)
    except IntegrityError:  # another tab was faster: its account is ours too
        return LineAccount.objects.get(number_index__in=indexes, ended_at=None)


def end(phone: Phone, *, by: Actor) -> None:
    """The line is gone: its account and every session of it are over; in the caller's transaction."""
    end_accounts(phone)


def sign_out(ref: str, *, by: Actor) -> None:
    """End every session of a line account."""
    with transaction.atomic(durable=True):
        LineAccount.objects.filter(ref=ref).update(session_epoch=F("session_epoch") + 1)
