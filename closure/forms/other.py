"""Closing another number of one's own that gets no messages: the number, a live photo, consent (C-08, D-06)."""

from __future__ import annotations

from typing import Any

from django import forms

from closure.forms.identity import HolderForm
from portal.errors import Invalid
from portal.forms.words import WordForm, text_field
from portal.lexicon import say
from portal.masked import Phone
from portal.rules.phone import parse_phone
from portal.rules.text import is_digits, squeezed


def photo_field(label: str, hint: str) -> forms.FileField:
    """A live photo; which of the two factors must be there is for the form to say."""
    return forms.FileField(
        label=label,
        help_text=hint,
        required=False,
        error_messages=dict.fromkeys(("empty", "invalid", "missing"), "error.photo.empty"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )


class PhotoForm(WordForm):
    """A second factor beside the code to another line: a live photo with consent, or the service password (C-08, D-06).

    Neither is kept: the photo is compared once, the password asked once.
    """

    photo = photo_field("closure.other.photo", "closure.other.photo_hint")
    consent = forms.BooleanField(label="closure.other.consent", required=False, widget=forms.CheckboxInput)
    password = forms.CharField(
        label="closure.other.password",
        help_text="closure.other.password_hint",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_password(self) -> str:
        """Six digits, or nothing."""
        return self.read("password", _service_password) if self.cleaned_data.get("password") else ""

    def clean(self) -> dict[str, Any]:
        """One of the two factors, and the consent that goes with a photo."""
        clean = super().clean() or self.cleaned_data
        if clean.get("photo") and not clean.get("consent"):
            self.add_error("consent", say("error.closure.consent", self.lang))
        if not clean.get("photo") and not clean.get("password") and not {"photo", "password"} & set(self.errors):
            self.add_error("photo", say("error.closure.factor", self.lang))
        return clean


def _service_password(text: str) -> str:
    digits = squeezed(text)
    if not is_digits(digits) or len(digits) != 6:
        raise Invalid("error.closure.password", field="password", rule_id="C-08")
    return digits


class HolderPhotoForm(PhotoForm, HolderForm):
    """Name, ID and photo of one person, given together."""

    field_order: tuple[str, ...] = ("name", "id_number", "photo", "consent", "password")


class OtherForm(HolderPhotoForm):
    """The signed-in line stands for the person; the number to close is another of theirs."""

    number = text_field("closure.other.number", empty="error.phone.empty", inputmode="numeric", autocomplete="off")
    field_order = ("number", *HolderPhotoForm.field_order)

    def clean_number(self) -> Phone:
        """The number to close."""
        return self.read("number", parse_phone)


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
