"""Opening a case without the number: case number and ID, then a code to the contact number (C-05)."""

from __future__ import annotations

from portal import clock
from portal.forms.signin import CodeForm as FindCodeForm
from portal.forms.track import case_number
from portal.forms.words import WordForm, text_field
from portal.masked import IdNumber
from portal.rules.identity import parse_resident_id

__all__ = ["FindCodeForm", "FindForm"]


class FindForm(WordForm):
    """What the person has in hand: the case number from the notice, and the ID."""

    case_no = text_field("track.case_no", hint="track.case_no_hint", empty="error.case_no", autocomplete="off")
    id_number = text_field("closure.form.id", empty="error.id.empty", autocomplete="off")

    def clean_case_no(self) -> str:
        """A case number with a right check digit."""
        return self.read("case_no", case_number)

    def clean_id_number(self) -> IdNumber:
        """A resident ID number."""
        return self.read("id_number", lambda text: parse_resident_id(text, today=clock.today()))
