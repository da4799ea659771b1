"""Closing another number of one's own that gets no messages: the number, a live photo, consent (C-08, D-06)."""

from __future__ import annotations

from django import forms

from portal import clock
from portal.forms.words import WordForm, text_field
from portal.masked import IdNumber, PersonName, Phone
from portal.rules.identity import parse_name, parse_resident_id
from portal.rules.phone import parse_phone


class OtherForm(WordForm):
    """The signed-in line stands for the person; the photo is compared once and not kept."""

    number = text_field("closure.other.number", empty="error.phone.empty", inputmode="numeric", autocomplete="off")
    name = text_field("closure.form.name", empty="error.name.empty", autocomplete="name")
    id_number = text_field("closure.form.id", hint="closure.form.id_hint", empty="error.id.empty", autocomplete="off")
    photo = forms.FileField(
        label="closure.other.photo",
        help_text="closure.other.photo_hint",
        error_messages={"required": "error.photo.empty", "empty": "error.photo.empty", "invalid": "error.photo.empty"},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )
    consent = forms.BooleanField(
        label="closure.other.consent", error_messages={"required": "error.closure.consent"}, widget=forms.CheckboxInput
    )

    def clean_number(self) -> Phone:
        """The number to close."""
        return self.read("number", parse_phone)

    def clean_name(self) -> PersonName:
        """The holder's name as on the document."""
        return self.read("name", parse_name)

    def clean_id_number(self) -> IdNumber:
        """A resident ID number with a right check character (G-03)."""
        return self.read("id_number", lambda text: parse_resident_id(text, today=clock.today()))


class RestoreForm(WordForm):
    """Paying into a line by its number, without signing in: nothing about the line is shown (C-08, C-15)."""

    number = text_field("closure.restore.number", empty="error.phone.empty", inputmode="numeric", autocomplete="off")
    province = forms.ChoiceField(
        label="closure.form.province",
        error_messages={"required": "error.closure.province", "invalid_choice": "error.closure.province"},
    )
    amount = text_field(
        "closure.restore.amount", hint="closure.restore.amount_hint", empty="error.money.empty", inputmode="decimal"
    )

    def clean_number(self) -> Phone:
        """The number to pay into."""
        return self.read("number", parse_phone)
