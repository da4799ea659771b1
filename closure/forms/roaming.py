"""How what comes later from abroad is paid (C-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from portal.forms.words import WordForm


class WayForm(WordForm):
    """One way; `quote` is the quote the person saw."""

    way = forms.ChoiceField(
        label="closure.roaming.way",
        widget=forms.RadioSelect,
        error_messages={"required": "error.closure.roaming_way", "invalid_choice": "error.closure.roaming_way"},
    )
    quote = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)

    def __init__(self, data: Any = None, *, ways: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        way = self.fields["way"]
        if isinstance(way, forms.ChoiceField):
            way.choices = [(name, f"closure.roaming.way.{name}") for name in ways]
