"""Why a line, or the operator's evidence for it, is not accepted (C-03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from portal.forms.words import WordForm, text_field


class DisputeForm(WordForm):
    """One reason, and room for the person's own words; `quote` is the quote the person saw."""

    reason = forms.ChoiceField(
        label="closure.dispute.reason",
        widget=forms.RadioSelect,
        error_messages={"required": "error.dispute.reason", "invalid_choice": "error.dispute.reason"},
    )
    words = text_field("closure.dispute.words", hint="closure.dispute.words_hint", empty="error.dispute.reason")
    quote = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)

    def __init__(self, data: Any = None, *, reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["words"].required = False
        reason = self.fields["reason"]
        if isinstance(reason, forms.ChoiceField):
            reason.choices = [(name, f"closure.dispute.why.{name}") for name in reasons]


class AnswerForm(DisputeForm):
    """Why the evidence is not accepted."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        del self.fields["quote"]
