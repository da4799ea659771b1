"""One-time codes (D-04): asked for, sent by a task, judged five times.

A code is derived from its row and ``CODE_KEY``, which the database never sees: there is nothing to steal in a dump,
and nothing that differs between a number that exists and one that does not. Whether the number may receive a message
is looked at by the sending task, so that asking tells nobody anything.
"""

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from portal.actors import Actor
from portal.cipher import blind_index, keyed_hash
from portal.clock import now, today
from portal.errors import Invalid, TooMany
from portal.masked import Phone
from portal.models import OneTimeCode
from portal.nudges import nudge
from portal.parameters import (
    CODES_A_DAY,
    CODES_A_MINUTE,
    CODES_ALTOGETHER,
    CODES_AN_ADDRESS,
    CODES_AN_HOUR,
    snapshot,
)
from portal.rules.text import is_digits, squeezed
from portal.services.budgets import Limit, spend
from portal.services.register import number_index, number_indexes

DIGITS = 6
LIFE = timedelta(minutes=5)
TRIES = 5
LOCK = timedelta(minutes=30)
LIMITS = (CODES_A_MINUTE, CODES_AN_HOUR, CODES_A_DAY, CODES_AN_ADDRESS, CODES_ALTOGETHER)


def _limits(index: str, address: str) -> list[Limit]:
    most = snapshot(LIMITS, on=today())
    limits = [
        Limit(f"code:minute:{index}", most[CODES_A_MINUTE.name], 60),
        Limit(f"code:hour:{index}", most[CODES_AN_HOUR.name], 3600),
        Limit(f"code:day:{index}", most[CODES_A_DAY.name], 86400),
        Limit("code:everybody", most[CODES_ALTOGETHER.name], 60),
    ]
    if address:
        limits.append(Limit(f"code:address:{blind_index('address', address)}", most[CODES_AN_ADDRESS.name], 3600))
    return limits


def derive(challenge: OneTimeCode) -> str:
    """The code of a challenge: 6 digits of HMAC-SM3 over its ref, purpose and salt.

    The number is sealed to the ref; its index is no part of this, because a rotation writes it anew.
    """
    mac = keyed_hash(settings.CODE_KEY, "code", challenge.ref, challenge.purpose, challenge.salt)
    return f"{int.from_bytes(mac, 'big') % 10**DIGITS:0{DIGITS}d}"


def request_code(phone: Phone, purpose: str, *, address: str, by: Actor, lang: str = "zh", field: str = "phone") -> str:
    """Make a code for a number and a purpose, void the one before, and return the challenge's ref.

    The same rows and the same queries for every number. Limits ⚙: 1 a minute, 5 an hour, 10 a day for a number; 30
    an hour for an address; one budget for everybody. Raises TooMany ``error.code.too_often`` or ``error.code.locked``
    at the field the number was typed in.
    """
    index, at = number_index(phone), now()
    with transaction.atomic(durable=True):
        spend(_limits(index, address), error="error.code.too_often", field=field)
        same = OneTimeCode.objects.filter(number_index__in=number_indexes(phone), purpose=purpose)
        if same.filter(locked_until__gt=at).exists():
            raise TooMany("error.code.locked", retry_after=int(LOCK.total_seconds()), field=field, rule_id="D-04")
        same.filter(used_at=None, voided_at=None).update(voided_at=at)
        challenge = OneTimeCode(
            purpose=purpose, number_index=index, salt=secrets.token_hex(16), lang=lang, created_at=at,
            tries_left=TRIES, expires_at=at + LIFE, next_at=at + timedelta(seconds=2),
        )  # fmt: skip
        challenge.number = phone
        challenge.save(force_insert=True)
        nudge("portal.send_code", challenge.ref)
    return challenge.ref


def _take_a_try(challenge_ref: str, purpose: str) -> OneTimeCode | None:
    live = Q(ref=challenge_ref, purpose=purpose, used_at=None, voided_at=None, expires_at__gt=now())
    with transaction.atomic(durable=True):
        if OneTimeCode.objects.filter(live, tries_left__gt=0).update(tries_left=F("tries_left") - 1) == 0:
            return None
        return OneTimeCode.objects.get(ref=challenge_ref)


def _refuse(challenge: OneTimeCode) -> None:
    if challenge.tries_left > 0:
        raise Invalid("error.code.wrong", field="code", rule_id="D-04", left=challenge.tries_left)
    with transaction.atomic(durable=True):
        OneTimeCode.objects.filter(pk=challenge.pk).update(voided_at=now(), locked_until=now() + LOCK)
    raise TooMany("error.code.locked", retry_after=int(LOCK.total_seconds()), field="code", rule_id="D-04")


def check_code(challenge_ref: str, text: str, *, purpose: str, by: Actor) -> Phone:
    """Judge what was typed and return the number it proves; a code works once.

    The try is taken and committed before anything is compared, and the comparison takes constant time. Raises Invalid
    ``error.code.empty | digits | wrong | expired`` and TooMany ``error.code.locked``; never inside a transaction.
    """
    typed = squeezed(text)
    if typed == "":
        raise Invalid("error.code.empty", field="code", rule_id="D-04")
    if len(typed) != DIGITS or not is_digits(typed):
        raise Invalid("error.code.digits", field="code", rule_id="D-04")
    challenge = _take_a_try(challenge_ref, purpose)
    if challenge is None:
        raise Invalid("error.code.expired", field="code", rule_id="D-04")
    if not hmac.compare_digest(derive(challenge), typed):
        _refuse(challenge)
    with transaction.atomic(durable=True):
        if OneTimeCode.objects.filter(pk=challenge.pk, used_at=None, voided_at=None).update(used_at=now()) == 0:
            raise Invalid("error.code.expired", field="code", rule_id="D-04")
    number: Phone = challenge.number
    return number
