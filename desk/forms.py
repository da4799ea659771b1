"""What staff type at the desk."""

from __future__ import annotations

from django import forms

from closure.services.mandate import LONGEST_REASON
from portal.forms.words import WordForm, text_field
from portal.work_orders import OrderResult


class AnswerForm(WordForm):
    """One of the five results; whatever is not "done" says what is missing, one thing a line (C-17)."""

    result = forms.ChoiceField(
        label="desk.order.result",
        choices=[(one.value, f"order.result.{one.value}") for one in OrderResult],
        widget=forms.RadioSelect,
        error_messages={"required": "error.order.result", "invalid_choice": "error.order.result"},
    )
    missing = forms.CharField(
        label="desk.order.missing",
        help_text="desk.order.missing_hint",
        required=False,
        max_length=1000,
        error_messages={"max_length": "desk.order.missing_hint"},
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
    )

    def lines(self) -> list[str]:
        """What is missing, line by line."""
        return [line for line in self.cleaned_data["missing"].splitlines() if line.strip()]


class DecisionForm(WordForm):
    """A supervisor's decision, with a reason either way (D-10)."""

    outcome = forms.ChoiceField(
        label="desk.exception.outcome",
        choices=[(one, f"desk.exception.{one}") for one in ("grant", "deny")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "desk.exception.outcome_missing",
            "invalid_choice": "desk.exception.outcome_missing",
        },
    )
    reason = text_field(
        "desk.exception.reason",
        empty="error.mandate.reason",
        hint="desk.exception.hint",
        maxlength=str(LONGEST_REASON),
        autocomplete="off",
    )
