"""What is sent after an order came back: words, a file, or both (C-17)."""

from __future__ import annotations

from django import forms

from portal.forms.words import WordForm


class SupplyForm(WordForm):
    """`sends` is the sending that came back, so that the same form twice sends once."""

    note = forms.CharField(
        label="closure.order.note",
        help_text="closure.order.note_hint",
        required=False,
        max_length=500,
        error_messages={"max_length": "closure.order.note_hint"},
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )
    attachment = forms.FileField(
        label="closure.order.attachment",
        required=False,
        error_messages={"empty": "error.supply.file", "invalid": "error.supply.file"},
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )
    sends = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1000)

    def content(self) -> bytes:
        """The file's bytes; b"" without one."""
        found = self.cleaned_data["attachment"]
        return bytes(found.read()) if found else b""
