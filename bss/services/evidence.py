"""Keeping every exchange: the reply as it came, one-time codes cut out, sealed under the case's data key.

The SHA-256 is of the reply as stored, so that the row can be checked against it once unsealed; deletion of the case's
data destroys its key and leaves the hash (DESIGN "Evidence and privacy together").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bss.exchange import Reply
from bss.models import Evidence
from bss.provinces import Bss
from portal.actors import Actor
from portal.refs import new_ref
from portal.sealing import OpenKey, open_key, unseal_under

_NAMES = "(?:auth_?code|authori[sz]ation_code|otp|one_time_code|verify_code|service_password)"
_VALUE = r'("[^"]*"|[0-9]+)'
_CODES = re.compile(rf'("{_NAMES}"\s*:\s*){_VALUE}', re.I)
# The same as a characteristic of TM Forum: {"name": "otp", "value": "482913"}.
_CHARACTERISTICS = re.compile(rf'("name"\s*:\s*"{_NAMES}"\s*,\s*"value"\s*:\s*){_VALUE}', re.I)
NO_CASE = "bss"  # the key of exchanges outside any case


@dataclass(frozen=True)
class Exchanged:
    """What there is to keep of one exchange."""

    question: str
    asked: str
    reply: Reply
    command_ref: str = ""


def without_codes(text: str) -> str:
    """The text with the value of every one-time code replaced; works on malformed JSON too."""
    return _CHARACTERISTICS.sub(r'\1"***"', _CODES.sub(r'\1"***"', text))


def keep(bss: Bss, exchanges: Sequence[Exchanged], *, case_ref: str, at: datetime, by: Actor) -> list[str]:
    """Store the exchanges together and return their refs, in order."""
    key = open_key(case_ref or NO_CASE)
    rows = [_row(bss, one, key, case_ref=case_ref, at=at, by=by) for one in exchanges]
    with transaction.atomic(savepoint=False):
        Evidence.objects.bulk_create(rows)
    return [row.ref for row in rows]


def answer_text(evidence: Evidence) -> str:
    """The province's reply word for word. Reading it for a person is a reveal: the caller records it (D-02)."""
    return unseal_under(evidence.case_ref or NO_CASE, bytes(evidence.answer_box), _aad("answer", evidence.ref))


def asked_text(evidence: Evidence) -> str:
    """What was asked, word for word; it holds the number, name and ID: a reveal like `answer_text`."""
    return unseal_under(evidence.case_ref or NO_CASE, bytes(evidence.asked_box), _aad("asked", evidence.ref))


def _row(bss: Bss, one: Exchanged, key: OpenKey, *, case_ref: str, at: datetime, by: Actor) -> Evidence:
    ref = new_ref()
    answer = without_codes(one.reply.raw.decode("utf-8", errors="replace"))
    return Evidence(
        ref=ref,
        case_ref=case_ref,
        operator=bss.operator,
        province=bss.province,
        question=one.question,
        command_ref=one.command_ref,
        ending=one.reply.ending.value,
        code=one.reply.code,
        asked_box=key.seal(without_codes(one.asked), _aad("asked", ref)),
        answer_box=key.seal(answer, _aad("answer", ref)),
        sha=hashlib.sha256(answer.encode()).hexdigest(),
        at=at,
        ms=one.reply.ms,
        by_ref=by.ref,
        by_role=by.role.value,
    )


def _aad(box: str, ref: str) -> str:
    return f"bss_evidence.{box}_box:{ref}"
