"""Acting for a holder: who, for whom, which papers (C-09, C-24, C-25), with consent to pass the IDs on (D-06)."""

from __future__ import annotations

from typing import Any

from django import forms

from closure import mandates
from closure.forms.other import photo_field
from portal import clock
from portal.errors import Invalid
from portal.forms.words import WordForm, text_field
from portal.lexicon import say
from portal.masked import IdNumber, PersonName, Phone
from portal.rules.identity import parse_name, parse_resident_id
from portal.rules.phone import parse_phone
from realname.rules.pictures import LARGEST
from realname.rules.units import parse_unit_code, parse_unit_name


def paper_field(kind: str) -> forms.FileField:
    """The picture of one paper; its field carries the paper's own name."""
    missing = dict.fromkeys(("required", "empty", "invalid", "missing"), "error.picture.empty")
    return forms.FileField(
        label=f"closure.paper.{kind}",
        help_text="closure.paper.hint",
        error_messages=missing,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )


class PapersForm(WordForm):
    """Pictures of papers alone, as they are sent again after a return; those already there may be left out."""

    def __init__(self, data: Any = None, *, kind: str, there: set[str] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.kind = kind
        for name in mandates.PAPERS[kind]:
            self.fields[name] = paper_field(name)
            self.fields[name].required = name not in (there or set())

    def clean(self) -> dict[str, Any]:
        """A file beyond the limit is refused before it is read."""
        clean = super().clean() or self.cleaned_data
        for name in mandates.PAPERS[self.kind]:
            if clean.get(name) and clean[name].size > LARGEST:
                self.add_error(name, say("error.picture.large", self.lang))
        return clean

    def pictures(self) -> dict[str, bytes]:
        """The bytes of each picture that was sent, by kind."""
        names = [name for name in mandates.PAPERS[self.kind] if self.cleaned_data.get(name)]
        return {name: self.cleaned_data[name].read() for name in names}


class AgentForm(PapersForm):
    """Who acts, with papers and both persons' consent: all a filed case still needs."""

    agent_name = text_field("closure.acting.agent_name", empty="error.name.empty", autocomplete="name")
    agent_id = text_field(
        "closure.acting.agent_id", hint="closure.form.id_hint", empty="error.id.empty", autocomplete="off"
    )
    photo = photo_field("closure.acting.photo", "closure.acting.photo_hint")
    consent = forms.BooleanField(
        label="closure.acting.consent",
        error_messages={"required": "error.closure.acting_consent"},
        widget=forms.CheckboxInput,
    )

    face = forms.BooleanField(label="closure.other.consent", required=False, widget=forms.CheckboxInput)

    def __init__(self, data: Any = None, *, kind: str, there: set[str] | None = None, **more: Any) -> None:
        super().__init__(data, kind=kind, there=there, **more)
        if kind != mandates.DELEGATE:
            del self.fields["photo"], self.fields["face"]
        self.order_fields(["agent_name", "agent_id", *mandates.PAPERS[kind], "photo", "face", "consent"])

    def clean(self) -> dict[str, Any]:
        """A face is compared with a consent of its own (D-06)."""
        clean = super().clean()
        if clean.get("photo") and not clean.get("face"):
            self.add_error("face", say("error.closure.consent", self.lang))
        return clean

    def clean_agent_name(self) -> PersonName:
        """The acting person's name as on the document."""
        return self.read("agent_name", parse_name)

    def clean_agent_id(self) -> IdNumber:
        """Their resident ID number (G-03)."""
        return self.read("agent_id", lambda text: parse_resident_id(text, today=clock.today()))


class ActingForm(AgentForm):
    """The same with the holder and the number, before a case is filed. A unit has a name and a credit code (G-04)."""

    number = text_field("closure.acting.number", empty="error.phone.empty", inputmode="numeric", autocomplete="off")
    name = text_field("closure.acting.holder_name", empty="error.name.empty", autocomplete="off")
    id_number = text_field("closure.acting.holder_id", empty="error.id.empty", autocomplete="off")

    def __init__(self, data: Any = None, *, kind: str, there: set[str] | None = None, **more: Any) -> None:
        super().__init__(data, kind=kind, there=there, **more)
        if kind == mandates.DELEGATE:
            del self.fields["number"]
        if kind == mandates.UNIT:
            self.fields["name"].label, self.fields["id_number"].label = (
                "closure.acting.unit_name",
                "closure.acting.unit_id",
            )
            self.fields["id_number"].error_messages["required"] = "error.unit.empty"
        self.order_fields(["number", "name", "id_number", "agent_name", "agent_id"])

    def clean_number(self) -> Phone:
        """The number to close."""
        return self.read("number", parse_phone)

    def clean_name(self) -> PersonName:
        """The holder's name, or the unit's."""
        return self.read("name", parse_unit_name if self.kind == mandates.UNIT else parse_name)

    def clean_id_number(self) -> IdNumber:
        """The holder's resident ID, or the unit's social credit code."""
        if self.kind == mandates.UNIT:
            return self.read("id_number", parse_unit_code)
        return self.read("id_number", lambda text: parse_resident_id(text, today=clock.today()))

    def clean(self) -> dict[str, Any]:
        """Nobody acts for themself."""
        clean = super().clean()
        if clean.get("agent_id") and clean.get("agent_id") == clean.get("id_number"):
            self.add_error("agent_id", Invalid("error.mandate.same").message(self.lang))
        return clean


class ExceptionForm(WordForm):
    """Why a delegate must act across provinces (C-09)."""

    reason = text_field("closure.acting.exception_reason", empty="error.mandate.reason", autocomplete="off")
