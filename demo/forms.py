"""Shapes of what the demo pages take; labels, hints and errors are lexicon keys."""

from __future__ import annotations

from typing import Any

from django import forms

from bss.simulated.tempers import Temper
from demo.services.cashier import ENDINGS
from portal.errors import Invalid
from portal.masked import Phone
from portal.rules.phone import parse_phone

TEMPERS = tuple(temper.value for temper in Temper)
HOURS, DAYS = "hours", "days"
LONGEST_TEXT = 500


class NumberForm(forms.Form):
    """Any mobile number, to open its handset."""

    number = forms.CharField(
        label="demo.handsets.other_label",
        max_length=40,
        error_messages={"required": "error.phone.empty", "max_length": "error.phone.digits"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> Phone:
        """The number read by the portal's own rule."""
        try:
            return parse_phone(self.cleaned_data["number"])
        except Invalid as error:
            raise forms.ValidationError(error.message()) from error


class SendForm(forms.Form):
    """One text message from a handset to a service number."""

    service = forms.ChoiceField(
        label="demo.handset.to", error_messages=dict.fromkeys(("required", "invalid_choice"), "error.demo.service")
    )
    text = forms.CharField(
        label="demo.handset.text",
        help_text="demo.handset.text_hint",
        max_length=LONGEST_TEXT,
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), "error.demo.text"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, services: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]


class TemperForm(forms.Form):
    """A new temper for one province."""

    operator = forms.CharField(max_length=8)
    province = forms.CharField(max_length=2)
    temper = forms.ChoiceField(choices=[(one, f"demo.temper.{one}") for one in TEMPERS])
    latency_ms = forms.IntegerField(min_value=0, max_value=60_000)


class ClockForm(forms.Form):
    """A step forward."""

    amount = forms.IntegerField(
        label="demo.clock.amount",
        min_value=1,
        max_value=1098,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "error.demo.clock"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1}),
    )
    unit = forms.ChoiceField(
        label="demo.clock.unit",
        choices=[(HOURS, "demo.clock.hours"), (DAYS, "demo.clock.days")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "error.demo.clock"),
        widget=forms.RadioSelect,
    )


class EndingForm(forms.Form):
    """How a simulated payment ends."""

    ending = forms.ChoiceField(choices=[(one, one) for one in ENDINGS])
