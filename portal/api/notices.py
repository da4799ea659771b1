"""Notices: whether one is ours, for everybody; one's own, for the line (N-09)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from portal.api.fields import Digits, Sent
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed
from portal.models import Notice
from portal.queries import notices
from portal.services.verification import verify_notice


class NoticeAsked(Sent):
    """What stands in the message, and the line's last four digits."""

    code = Digits(8)
    last4 = Digits(4)
    example: ClassVar[dict[str, Any]] = {"code": "00000000", "last4": "0000"}


class NoticeFound(serializers.Serializer[Any]):
    """The notice word for word, when code and digits both fit."""

    operator = serializers.CharField()
    at = serializers.DateTimeField()
    channel = serializers.CharField()
    text = serializers.CharField()


class NoticeVerdict(serializers.Serializer[Any]):
    """`true`: ours. `tail`: ours, but to another line. `unknown`: most likely a fake."""

    verdict = serializers.ChoiceField(["true", "tail", "unknown"])
    notice = NoticeFound(allow_null=True)


class NoticeShown(serializers.Serializer[Any]):
    """One notice to the line."""

    ref = serializers.CharField()
    check_code = serializers.CharField()
    at = serializers.DateTimeField()
    channel = serializers.CharField()
    text = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    case_ref = serializers.CharField(allow_blank=True)


class NoticeList(serializers.Serializer[Any]):
    """A page of notices."""

    items = NoticeShown(many=True)
    next = serializers.CharField(allow_null=True)


@operation("notices_check", "public", answer=NoticeVerdict, body=NoticeAsked, rules=("N-09",))
def check_notice(call: Call) -> dict[str, Any]:
    """Check whether a notice is ours.

    Five looks in ten minutes for an address; no details without the line's last four digits.
    """
    found = verify_notice(call.body["code"], call.body["last4"], address=call.address, by=call.actor)
    return {"verdict": found.verdict.value, "notice": found.notice}


@operation("notices_list", "my", answer=NoticeList, query=ListQuery, rules=("N-09",))
def own_notices(call: Call) -> dict[str, Any]:
    """List the notices sent to one's own line."""
    return listed(call, notices.visible_to(call.actor), _shown)


def _shown(row: Notice) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "check_code": row.check_code,
        "at": row.created_at,
        "channel": row.channel,
        "text": row.text,
        "outcome": row.outcome,
        "case_ref": row.case_ref,
    }
