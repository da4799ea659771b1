"""What every answer is made of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Answered(serializers.Serializer[Any]):
    """What is answered; empty text is a value like any other."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Texts may be empty."""
        found = super().get_fields()
        for one in found.values():
            if isinstance(one, serializers.CharField):
                one.allow_blank = True
        return found


class Note(Answered):
    """A heading and a sentence."""

    title = serializers.CharField()
    text = serializers.CharField()
