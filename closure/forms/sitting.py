"""A further number of the same holder (C-26), with the second factor where the sitting has none yet (C-08)."""

from __future__ import annotations

from typing import Any

from closure.forms.other import PhotoForm
from portal.forms.words import text_field
from portal.masked import Phone
from portal.rules.phone import parse_phone


class FurtherForm(PhotoForm):
    """`checked` leaves the photo out: the holder was compared once in this sitting."""

    number = text_field("closure.several.number", empty="error.phone.empty", inputmode="numeric", autocomplete="off")
    field_order = ("number", "photo", "consent", "password")

    def __init__(self, data: Any = None, *, checked: bool, **more: Any) -> None:
        super().__init__(data, **more)
        self.checked = checked
        if checked:
            for name in ("photo", "consent", "password"):
                del self.fields[name]

    def clean_number(self) -> Phone:
        """The number to close."""
        return self.read("number", parse_phone)

    def clean(self) -> dict[str, Any]:
        """Once the holder was compared, a number is all it takes."""
        return dict(self.cleaned_data) if self.checked else super().clean()
