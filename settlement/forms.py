"""What finance types: a reason, and a decision with one."""

from __future__ import annotations

from django import forms

from portal.forms.words import WordForm, text_field
from settlement.services.approvals import LONGEST_REASON


class ReasonForm(WordForm):
    """Why a transfer is to be reversed, or a statement settled."""

    reason = text_field(
        "books.reason",
        empty="error.approval.reason",
        hint="books.reason_hint",
        maxlength=str(LONGEST_REASON),
        autocomplete="off",
    )


OUTCOMES = ("approve", "deny")


class VerdictForm(WordForm):
    """Approve or deny, with a reason either way (D-10)."""

    outcome = forms.ChoiceField(
        label="books.approval.outcome",
        choices=[(one, f"books.approval.{one}") for one in OUTCOMES],
        widget=forms.RadioSelect,
        error_messages={
            "required": "books.approval.outcome_missing",
            "invalid_choice": "books.approval.outcome_missing",
        },
    )
    because = text_field(
        "books.because",
        empty="error.approval.reason",
        hint="books.reason_hint",
        maxlength=str(LONGEST_REASON),
        autocomplete="off",
    )


class RefundVerdictForm(VerdictForm):
    """The same about a large refund: what follows is said in its own words."""

    outcome = forms.ChoiceField(
        label="books.approval.outcome",
        choices=[(one, f"books.approval.refund_{one}") for one in OUTCOMES],
        widget=forms.RadioSelect,
        error_messages={
            "required": "books.approval.outcome_missing",
            "invalid_choice": "books.approval.outcome_missing",
        },
    )
