"""A check code and the last four digits of the phone that got the notice."""

from __future__ import annotations

from portal.errors import Invalid
from portal.forms.words import WordForm, text_field
from portal.rules.text import DASHES, is_digits, squeezed


class VerifyForm(WordForm):
    """What stands on the notice, and proof that one has the phone it went to."""

    code = text_field("verify.code", hint="verify.code_hint", empty="error.verify.code_empty", inputmode="numeric")
    tail = text_field("verify.tail", hint="verify.tail_hint", empty="error.verify.tail_empty", inputmode="numeric")

    def clean_code(self) -> str:
        """Eight digits, typed with or without spaces."""
        return self.read("code", lambda text: digits_of(text, 8, "error.verify.code_digits"))

    def clean_tail(self) -> str:
        """Four digits."""
        return self.read("tail", lambda text: digits_of(text, 4, "error.verify.tail_digits"))


def digits_of(text: str, length: int, refusal: str) -> str:
    """Exactly `length` digits once spaces, dashes and full-width forms are made right, or Invalid."""
    digits = squeezed(text).translate(DASHES)
    if not is_digits(digits) or len(digits) != length:
        raise Invalid(refusal)
    return digits
