"""The printed number of a certificate and the last four digits of the closed number."""

from __future__ import annotations

from portal.forms.verify import digits_of
from portal.forms.words import WordForm, text_field


class CertificateForm(WordForm):
    """Twelve digits alone open nothing."""

    number = text_field("certificate.form.number", empty="error.certificate.number", inputmode="numeric")
    tail = text_field("certificate.form.tail", empty="error.verify.tail_empty", inputmode="numeric")

    def clean_number(self) -> str:
        """Twelve digits, typed with or without spaces."""
        return self.read("number", lambda text: digits_of(text, 12, "error.certificate.number"))

    def clean_tail(self) -> str:
        """Four digits."""
        return self.read("tail", lambda text: digits_of(text, 4, "error.verify.tail_digits"))
