"""Checking a certificate: its printed number with the phone's last four digits, or its file."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django import forms

from portal.forms.verify import digits_of
from portal.forms.words import WordForm, text_field
from portal.lexicon import say

LARGEST_PDF = 2 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class CertificateForm(WordForm):
    """Twelve digits alone open nothing."""

    number = text_field("certificate.form.number", empty="error.certificate.number_empty", inputmode="numeric")
    tail = text_field("certificate.form.tail", empty="error.verify.tail_empty", inputmode="numeric")

    def clean_number(self) -> str:
        """Twelve digits, typed with or without spaces."""
        return self.read("number", lambda text: digits_of(text, 12, "error.certificate.number"))

    def clean_tail(self) -> str:
        """Four digits."""
        return self.read("tail", lambda text: digits_of(text, 4, "error.verify.tail_digits"))


class CertificateFileForm(WordForm):
    """The file as it was downloaded, or its SHA-256 for who would rather not send it; `sha256` is the result."""

    pdf = forms.FileField(
        label="certificate.form.pdf",
        help_text="certificate.form.pdf_hint",
        required=False,
        error_messages={"empty": "error.certificate.file", "invalid": "error.certificate.file"},
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    sha256 = text_field("certificate.form.sha256", empty="error.certificate.file", autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sha256"].required = False

    def clean(self) -> dict[str, Any]:
        """One of the two, made into a hash."""
        clean = super().clean() or {}
        given, typed = clean.get("pdf"), "".join(str(clean.get("sha256", "")).split()).lower()
        if given is not None and given.size > LARGEST_PDF:
            self.add_error("pdf", say("error.certificate.large", self.lang))
        elif given is not None:
            clean["sha256"] = hashlib.sha256(given.read()).hexdigest()
        elif _SHA256.match(typed):
            clean["sha256"] = typed
        elif not self.errors:
            self.add_error("sha256" if typed else "pdf", say("error.certificate.file", self.lang))
        return clean
