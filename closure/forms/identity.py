"""Who the holder is, where messages go, where the person is: one page, read in two goes (the code in between)."""

from __future__ import annotations

from typing import Any

from django import forms

from portal import clock
from portal.forms.signin import six_digits
from portal.forms.words import WordForm, text_field
from portal.masked import IdNumber, PersonName, Phone
from portal.rules.identity import parse_name, parse_resident_id
from portal.rules.phone import parse_phone


class IdentityForm(WordForm):
    """Fields already in the draft are left out, so nothing is typed twice and no full number is in the page."""

    name = text_field("closure.form.name", empty="error.name.empty", autocomplete="name")
    id_number = text_field("closure.form.id", hint="closure.form.id_hint", empty="error.id.empty", autocomplete="off")
    contact = text_field(
        "closure.form.contact",
        hint="closure.form.contact_hint",
        empty="error.phone.empty",
        inputmode="numeric",
        autocomplete="tel",
    )
    code = text_field("closure.form.code", empty="error.code.empty", inputmode="numeric", autocomplete="one-time-code")
    province = forms.ChoiceField(
        label="closure.form.province",
        error_messages={"required": "error.closure.province", "invalid_choice": "error.closure.province"},
    )

    def __init__(self, data: Any = None, *, known: set[str], provinces: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["province"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", ""), *provinces]
        for name in known:
            del self.fields[name]

    def clean_name(self) -> PersonName:
        """The holder's name as on the document."""
        return self.read("name", parse_name)

    def clean_id_number(self) -> IdNumber:
        """A resident ID number with a right check character (G-03)."""
        return self.read("id_number", lambda text: parse_resident_id(text, today=clock.today()))

    def clean_contact(self) -> Phone:
        """The number that gets all notices from now on."""
        return self.read("contact", parse_phone)

    def clean_code(self) -> str:
        """The six digits sent to the contact number."""
        return self.read("code", six_digits)


class HolderForm(WordForm):
    """Name and ID once more, after the home province said they do not match."""

    name = text_field("closure.form.name", empty="error.name.empty", autocomplete="name")
    id_number = text_field("closure.form.id", hint="closure.form.id_hint", empty="error.id.empty", autocomplete="off")

    def clean_name(self) -> PersonName:
        """The holder's name as on the document."""
        return self.read("name", parse_name)

    def clean_id_number(self) -> IdNumber:
        """A resident ID number with a right check character (G-03)."""
        return self.read("id_number", lambda text: parse_resident_id(text, today=clock.today()))
