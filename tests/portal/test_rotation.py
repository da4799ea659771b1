"""Rotating both kinds of keys while the product runs: nothing is lost on the way (D-01)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models, transaction
from pytest_django import Settings

from closure import states
from closure.models import Case, Certificate
from closure.queries import certificate_by_number, open_case_of
from closure.services.finding import ask_code
from demo.models import Handset
from demo.services.handsets import open_handset
from portal.actors import Actor, robot
from portal.cipher import blind_index
from portal.clock import now
from portal.masked import Phone
from portal.models import LineAccount, Notice, OneTimeCode
from portal.queries.notices import visible_to
from portal.queries.people import line_actor
from portal.refs import certificate_number, new_ref
from portal.services import codes, notices, rewrapping, subscribers
from portal.services.rewrapping import indexed_columns, reindex, rotate_all, sealed_cells
from tests.overseen import a_case

ROBOT = robot("test")


def new_keys(settings: Settings) -> None:
    """New keys are active, the old ones still there."""
    fresh = base64.b64encode(b"n" * 32).decode()
    settings.SEALING_KEYS, settings.SEALING_ACTIVE = {**settings.SEALING_KEYS, "next": fresh}, "next"
    settings.INDEX_KEYS, settings.INDEX_ACTIVE = {**settings.INDEX_KEYS, "next": fresh}, "next"


def old_keys_gone(settings: Settings) -> None:
    settings.SEALING_KEYS = {"next": settings.SEALING_KEYS["next"]}
    settings.INDEX_KEYS = {"next": settings.INDEX_KEYS["next"]}


@pytest.fixture
def case(line: LineAccount) -> Case:
    """An open case of the line, with a certificate, a contact and a handset."""
    made = a_case(account_ref=line.ref, contact=Phone("16135006722"))
    Case.objects.update(id_index=blind_index("id", made.id_number.plain))
    tail = blind_index("last4", made.number.last4)
    Certificate.objects.create(
        ref=new_ref(), case=made, number=certificate_number(), facts={}, last4_index=tail, issued_at=now()
    )
    open_handset(line.number, by=ROBOT)
    with transaction.atomic():
        notices.tell(line.number, "notice.not_understood", {}, by=ROBOT)
    return made


def lost(line_ref: str, case_ref: str, number: Phone) -> list[str]:
    """Which look-ups by a blind index do not find their row, each tried from outside."""
    case, line = Case.objects.get(ref=case_ref), LineAccount.objects.get(ref=line_ref)
    draft = Case(account_ref=line_ref, ref=new_ref())
    draft.number = number
    certificate = Certificate.objects.get()
    found: dict[str, Any] = {
        "account": subscribers.sign_in(number, ROBOT) == line,
        "notices": visible_to(line_actor(line)).count() == 1,
        "open case": open_case_of(draft) == case,
        "certificate": certificate_by_number(certificate.number, number.last4) == certificate,
        "case by ID": ask_code(str(case.case_no), case.id_number, address="", by=ROBOT).case_ref == case_ref,
        "handset": open_handset(number, by=ROBOT) == Handset.objects.get(),
    }
    return [name for name, there in found.items() if not there]


def test_each_look_up_finds_its_row_before_in_the_middle_and_after(
    line: LineAccount, case: Case, fujian: Phone, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.codes.spend", lambda *_limits, **_words: None)
    new_keys(settings)
    assert lost(line.ref, case.ref, fujian) == []
    for model, column in indexed_columns():
        reindex(model, column, by=ROBOT, batch=1)
        assert lost(line.ref, case.ref, fujian) == [], column
    rotate_all(by=ROBOT)
    old_keys_gone(settings)
    assert lost(line.ref, case.ref, fujian) == []


def test_no_row_is_left_under_an_old_key(line: LineAccount, case: Case, settings: Settings) -> None:
    codes.request_code(line.number, "sign-in", address="", by=ROBOT)
    new_keys(settings)
    assert sum(done.changed for done in rotate_all(by=ROBOT).values()) > 10
    old_keys_gone(settings)
    assert {(done.changed, done.left) for done in rotate_all(by=ROBOT).values()} == {(0, 0)}


def test_a_code_sent_before_the_rotation_still_opens(line: LineAccount, settings: Settings) -> None:
    challenge = codes.request_code(line.number, "sign-in", address="", by=ROBOT)
    code = codes.derive(OneTimeCode.objects.get(ref=challenge))
    new_keys(settings)
    rotate_all(by=ROBOT)
    assert codes.check_code(challenge, code, purpose="sign-in", by=ROBOT) == line.number


def test_one_open_case_a_number_holds_across_the_keys(line: LineAccount, case: Case, settings: Settings) -> None:
    new_keys(settings)
    assert subscribers.sign_in(line.number, ROBOT).ref == line.ref
    rotate_all(by=ROBOT)
    assert LineAccount.objects.filter(ended_at=None).count() == 1


def test_a_rotation_killed_between_batches_goes_on(
    line: LineAccount, settings: Settings, sweep: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(3):
        subscribers.sign_in(Phone(f"1613500680{place}"), sweep)
    new_keys(settings)
    real, seen = rewrapping._reindex_row, []

    def killed(row: models.Model, *what: str) -> object:
        seen.append(row)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return real(row, *what)

    monkeypatch.setattr(rewrapping, "_reindex_row", killed)
    with pytest.raises(KeyboardInterrupt):
        reindex(LineAccount, "number_index", by=sweep, batch=1)
    monkeypatch.setattr(rewrapping, "_reindex_row", real)
    assert reindex(LineAccount, "number_index", by=sweep).changed == 2


def test_an_empty_cell_of_a_draft_does_not_stop_it(line: LineAccount, settings: Settings) -> None:
    draft = Case(ref=new_ref(), account_ref=line.ref, state=states.DRAFT, operator="161", province="35")
    draft.number, draft.number_index, draft.created_at = line.number, blind_index("phone", line.number.plain), now()
    draft.save(force_insert=True)
    new_keys(settings)
    call_command("rotate_keys")
    old_keys_gone(settings)
    assert Case.objects.get(pk=draft.pk).number == LineAccount.objects.get().number


def test_what_no_key_opens_is_reported_and_stops_nothing_else(line: LineAccount, settings: Settings) -> None:
    with transaction.atomic():
        notices.tell(line.number, "notice.not_understood", {}, by=ROBOT)
    Notice.objects.update(text_box=b"\x01\x01\x01xbroken")
    new_keys(settings)
    with pytest.raises(CommandError, match="1 left"):
        call_command("rotate_keys")
    assert LineAccount.objects.get().number_index == blind_index("phone", line.number.plain)


def test_every_index_column_and_every_box_is_known_to_the_rotation(database: object) -> None:
    columns = {(model, field.name) for model in apps.get_models() for field in model._meta.fields}
    boxes = {(model, name) for model, name in columns if name.endswith("_box")}
    indexes = {(model, name) for model, name in columns if name.endswith("_index")}
    # A token's is made under the codes' key; who was turned away is looked up under every key for its 180 days.
    never_made_anew = {("ApiToken", "token_index"), ("TurnedAway", "number_index")}
    assert {one for one in indexes if (one[0].__name__, one[1]) not in never_made_anew} == set(indexed_columns())
    under_data_keys = {("bss", "asked_box"), ("bss", "answer_box"), ("bss", "payload_box"), ("closure", "facts_box")}
    of_cases = ["reason", "asked_because", "decided_because", "content", "words", "note", "answer"]
    under_data_keys |= {("closure", f"{name}_box") for name in of_cases}
    under_data_keys.add(("portal", "answer_box"))  # an API's first answer, kept for a day: an old key lives longer
    other = {(model._meta.app_label, name) for model, name in boxes - set(sealed_cells())}
    assert other <= under_data_keys
