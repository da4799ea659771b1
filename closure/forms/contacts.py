"""A contact with the subscriber: entered by staff, or told by the subscriber (C-14)."""

from __future__ import annotations

from django import forms

from closure.models.contact import CHANNELS, OUTCOMES, PURPOSES
from portal.forms.words import WordForm

MISSING = {"required": "error.contact.fields", "invalid_choice": "error.contact.fields"}


class ContactForm(WordForm):
    """What staff enter; "please stay" is not among the purposes."""

    channel = forms.ChoiceField(
        label="closure.contacts.how",
        choices=[(one, f"contact.channel.{one}") for one in CHANNELS],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
    purpose = forms.ChoiceField(
        label="desk.contacts.purpose",
        choices=[(one, f"contact.purpose.{one}") for one in PURPOSES],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
    outcome = forms.ChoiceField(
        label="desk.contacts.outcome",
        choices=[(one, f"contact.outcome.{one}") for one in OUTCOMES],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )


class ReportForm(WordForm):
    """What the subscriber tells of."""

    channel = forms.ChoiceField(
        label="closure.contacts.how",
        choices=[(one, f"contact.channel.{one}") for one in CHANNELS],
        widget=forms.RadioSelect,
        error_messages={"required": "error.contact.channel", "invalid_choice": "error.contact.channel"},
    )
    stay = forms.BooleanField(label="closure.contacts.stay", required=False, widget=forms.CheckboxInput)
