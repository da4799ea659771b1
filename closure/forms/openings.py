"""Where a number can be closed, and the administrator's new row (C-16)."""

from __future__ import annotations

from datetime import date

from django import forms

from portal.errors import Invalid
from portal.forms.words import WordForm, text_field

Choices = list[tuple[str, str]]


class PlaceForm(WordForm):
    """Operator and home province of a number."""

    operator = forms.ChoiceField(label="stores.operator", required=False)
    province = forms.ChoiceField(label="closure.openings.province", required=False)

    def offer(self, operators: Choices, provinces: Choices) -> None:
        """The choices, in the page's language."""
        for name, choices in (("operator", operators), ("province", provinces)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices


WRONG = {"required": "error.opening.place", "invalid_choice": "error.opening.place"}


class OpeningForm(PlaceForm):
    """One dated row."""

    operator = forms.ChoiceField(label="stores.operator", error_messages=WRONG)
    province = forms.ChoiceField(label="closure.openings.province", error_messages=WRONG)
    channel = forms.ChoiceField(
        label="closure.openings.channel",
        choices=[("web", "closure.openings.web"), ("store", "closure.openings.store")],
        widget=forms.RadioSelect,
        error_messages=WRONG,
    )
    circle = forms.ChoiceField(
        label="closure.openings.circle",
        choices=[("single", "closure.openings.single"), ("all", "closure.openings.everybody")],
        widget=forms.RadioSelect,
        error_messages=WRONG,
    )
    from_on = text_field(
        "closure.openings.on", hint="closure.openings.on_hint", empty="error.opening.on", autocomplete="off"
    )

    def clean_from_on(self) -> date:
        """A day of the calendar, written 2026-12-01."""
        return self.read("from_on", _day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("error.opening.on", field="from_on", rule_id="C-16") from None
