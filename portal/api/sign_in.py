"""A line gets a token by a code sent to it (D-04); a token says whose it is, and ends."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from portal import clock
from portal.api.fields import REF_PATTERN, Digits, Pattern, PhoneField, Sent
from portal.api.operations import Answer, Call, operation
from portal.models import ApiToken
from portal.services import sign_in, tokens
from portal.services.codes import DIGITS, LIFE, request_code

NUMBER = "16900000000"


class CodeAsked(Sent):
    """The line to be proved."""

    phone = PhoneField()
    example: ClassVar[dict[str, Any]] = {"phone": NUMBER}


class CodeSent(serializers.Serializer[Any]):
    """The same for every number, whether it exists or not."""

    challenge = serializers.CharField()
    digits = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class CodeTyped(Sent):
    """The challenge, and what arrived on the line."""

    challenge = Pattern(REF_PATTERN)
    code = Digits(DIGITS)
    example: ClassVar[dict[str, Any]] = {"challenge": "0" * 26, "code": "000000"}


class TokenGiven(serializers.Serializer[Any]):
    """The token, shown once."""

    token = serializers.CharField()
    token_type = serializers.CharField()
    expires_at = serializers.DateTimeField()


class TokenShown(serializers.Serializer[Any]):
    """Who calls, and how far the token reaches."""

    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member, not the attribute
    operator = serializers.CharField()
    province = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


def given(token: ApiToken, text: str) -> Answer:
    """A token's answer."""
    return Answer({"token": text, "token_type": "Bearer", "expires_at": token.expires_at})


@operation("codes_create", "public", answer=CodeSent, body=CodeAsked, http=202, rules=("D-04",))
def ask_code(call: Call) -> dict[str, Any]:
    """Send a one-time code to a line.

    The answer and its time are the same for every number. Limits: one a minute, five an hour, ten a day a number.
    """
    challenge = request_code(call.body["phone"], sign_in.PURPOSE, address=call.address, by=call.actor, lang=call.lang)
    return {"challenge": challenge, "digits": DIGITS, "expires_at": clock.now() + LIFE}


@operation("tokens_create", "public", answer=TokenGiven, body=CodeTyped, http=201, rules=("D-04",))
def get_token(call: Call) -> Answer:
    """Exchange a code for the line's token.

    A code works once and is judged five times. The token lives half an hour and is kept by us as a keyed hash only.
    """
    account = sign_in.sign_in_line(call.body["challenge"], call.body["code"], by=call.actor)
    return given(*tokens.issue_to_line(account, by=call.actor))


@operation("tokens_current_read", "api.known", answer=TokenShown)
def show_token(call: Call) -> dict[str, Any]:
    """Say who calls and how far the token reaches.

    For a session `expires_at` is null.
    """
    actor, token = call.actor, call.token
    return {
        "role": actor.role.value,
        "label": actor.label,
        "operator": actor.operator,
        "province": actor.province,
        "scopes": token.scopes if token else [],
        "expires_at": token.expires_at if token else None,
    }


@operation("tokens_current_delete", "api.known", http=204, rules=("D-04",), errors=(409,))
def end_token(call: Call) -> None:
    """End the token this call came with.

    A session is ended by signing out.
    """
    if call.token is not None:
        tokens.revoke(call.token.ref, by=call.actor)
