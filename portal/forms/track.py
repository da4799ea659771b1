"""How far a case is: its number and the last four digits of the phone it is about."""

from __future__ import annotations

from portal.errors import Invalid
from portal.forms.verify import digits_of
from portal.forms.words import WordForm, text_field
from portal.refs import is_case_number
from portal.rules.text import squeezed


class TrackForm(WordForm):
    """Two fields that stand on the start page as well; they open nothing."""

    case_no = text_field("track.case_no", hint="track.case_no_hint", empty="error.case_no", autocomplete="off")
    tail = text_field("track.tail", hint="track.tail_hint", empty="error.verify.tail_empty", inputmode="numeric")

    def clean_case_no(self) -> str:
        """A case number with a right check digit."""
        return self.read("case_no", case_number)

    def clean_tail(self) -> str:
        """Four digits."""
        return self.read("tail", lambda text: digits_of(text, 4, "error.verify.tail_digits"))


def case_number(text: str) -> str:
    """A case number as typed, in its own form; Invalid `error.case_no` otherwise."""
    plain = squeezed(text).upper()
    if not is_case_number(plain):
        raise Invalid("error.case_no", field="case_no")
    return plain
