"""Fields of what is sent: strict about the JSON type, judged by the same rules as the forms."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal import clock
from portal.api.problems import said
from portal.errors import TongbanError
from portal.masked import IdNumber, PersonName, Phone
from portal.rules.identity import parse_name, parse_resident_id
from portal.rules.phone import parse_phone
from portal.rules.places import PROVINCES

PHONE_PATTERN = r"^1[0-9]{10}$"
ID_PATTERN = r"^[0-9]{17}[0-9X]$"
COUNT = re.compile(r"[1-9][0-9]{0,2}")
MOST = 100
REF_PATTERN = r"^[0-9a-hjkmnp-tv-z]{26}$"


class Sent(serializers.Serializer[Any]):
    """What is sent: a member nobody knows is refused by its name."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown members beside whatever else is wrong."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError([serializers.ErrorDetail("", "object")])
        unknown = {name: [serializers.ErrorDetail("", "unknown")] for name in data if name not in self.fields}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from error  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Nothing(Sent):
    """An operation that takes no member at all."""


class Text(serializers.CharField):
    """A JSON string, never a number taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """As it was sent, within its length."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Ruled(Text):
    """A string that a rule of the house reads; its refusal keeps the rule's words."""

    def read(self, data: Any, rule: Callable[[str], Any]) -> Any:
        """Apply the rule; a ValidationError in the language asked for."""
        try:
            return rule(Text.to_internal_value(self, data))
        except TongbanError as error:
            raise serializers.ValidationError([said(error, self.context["lang"])]) from error


@extend_schema_field({"type": "string", "pattern": PHONE_PATTERN, "description": "A mobile number of 11 digits."})
class PhoneField(Ruled):
    """A mobile number."""

    def to_internal_value(self, data: Any) -> Phone:  # type: ignore[override]
        """Eleven digits (G-02)."""
        return self.read(data, parse_phone)  # type: ignore[no-any-return]


@extend_schema_field({"type": "string", "pattern": ID_PATTERN, "description": "A resident ID of 18 characters."})
class IdField(Ruled):
    """A resident ID number."""

    def to_internal_value(self, data: Any) -> IdNumber:  # type: ignore[override]
        """With a right check character (G-03)."""
        return self.read(data, lambda text: parse_resident_id(text, today=clock.today()))  # type: ignore[no-any-return]


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 25, "description": "As on the document."})
class NameField(Ruled):
    """A person's name."""

    def to_internal_value(self, data: Any) -> PersonName:  # type: ignore[override]
        """As it stands on the document."""
        return self.read(data, parse_name)  # type: ignore[no-any-return]


class Pattern(serializers.RegexField):
    """A JSON string that fits a pattern to the end."""

    def __init__(self, pattern: str, **kwargs: Any) -> None:
        super().__init__(pattern.removesuffix("$") + r"\Z", trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """A JSON string, never a number taken for one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Digits(Pattern):
    """Exactly `count` digits 0 to 9."""

    def __init__(self, count: int, **kwargs: Any) -> None:
        self.count = count
        super().__init__(rf"^[0-9]{{{count}}}$", **kwargs)


class Word(serializers.ChoiceField):
    """One of a few words, as a JSON string."""

    def to_internal_value(self, data: Any) -> str:
        """Exactly one of the choices."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input="")
        return str(super().to_internal_value(data))


class ProvinceField(Word):
    """A province by its two digits (GB/T 2260)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__([(code, code) for code in PROVINCES], **kwargs)


class Whole(serializers.IntegerField):
    """A JSON integer, never a text, a truth value or a fraction."""

    def to_internal_value(self, data: Any) -> int:
        """As sent."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


@extend_schema_field({"type": "boolean", "enum": [True]})
class Consent(serializers.Field[bool, bool, bool, Any]):
    """A yes that was given; anything else is none."""

    def to_internal_value(self, data: Any) -> bool:
        """Only `true`."""
        if data is not True:
            raise serializers.ValidationError(code="consent", detail="")
        return True


class Flag(serializers.BooleanField):
    """`true` or `false`, never a word for it."""

    def to_internal_value(self, data: Any) -> bool:
        """As sent."""
        if not isinstance(data, bool):
            self.fail("invalid", input="")
        return data


@extend_schema_field({"type": "string", "contentEncoding": "base64", "maxLength": 6_700_000})
class Photo(Text):
    """A JPEG or PNG in base 64."""

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]
        """Its bytes."""
        try:
            return base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(code="invalid", detail="") from error


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MOST})
class QueryNumber(Text):
    """A whole number in an address, from 1 to `MOST`."""

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        """Plain digits only."""
        text = Text.to_internal_value(self, data)
        if not COUNT.fullmatch(text) or int(text) > MOST:
            self.fail("invalid")
        return int(text)
