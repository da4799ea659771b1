"""Sealed fields, blind indexes, data keys, rotation (D-01)."""

from __future__ import annotations

import base64

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from portal.actors import Actor
from portal.cipher import NONCE_BYTES
from portal.masked import Phone
from portal.models import LineAccount
from portal.sealing import (
    DataKey,
    Unsealable,
    blind_index,
    destroy_key,
    new_key,
    seal,
    seal_under,
    unseal,
    unseal_under,
)
from portal.servers.provision import Addresses
from portal.services import subscribers
from portal.services.rewrapping import Turned, rotate_all, sealed_cells

CIPHERS = pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])


@CIPHERS
def test_what_is_sealed_is_opened_in_its_place_only(settings: Settings, cipher: str) -> None:
    settings.SEALING_CIPHER = cipher
    token = seal("张三 16135006721", "table.box:row")
    assert unseal(token, "table.box:row") == "张三 16135006721"
    for elsewhere in ("table.box:other", "table.other:row", ""):
        with pytest.raises(Unsealable):
            unseal(token, elsewhere)


@CIPHERS
def test_every_changed_byte_is_noticed(settings: Settings, cipher: str) -> None:
    settings.SEALING_CIPHER = cipher
    token = seal("x", "a")
    for place in range(len(token)):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        with pytest.raises(Unsealable):
            unseal(changed, "a")


def test_a_token_of_the_other_cipher_still_opens(settings: Settings) -> None:
    token = seal("x", "a")
    settings.SEALING_CIPHER = "sm4-gcm"
    assert unseal(token, "a") == "x"


def test_nonces_do_not_repeat() -> None:
    start = len(seal("", "a")) - 16 - NONCE_BYTES
    assert len({seal("", "a")[start : start + NONCE_BYTES] for _ in range(20_000)}) == 20_000


def test_without_its_key_a_token_stays_shut(settings: Settings) -> None:
    token = seal("x", "a")
    settings.SEALING_KEYS = {settings.SEALING_ACTIVE: base64.b64encode(b"w" * 32).decode()}
    with pytest.raises(Unsealable):
        unseal(token, "a")
    settings.SEALING_KEYS = {}
    with pytest.raises(Unsealable):
        unseal(token, "a")


def test_a_blind_index_differs_by_field_and_by_key(settings: Settings) -> None:
    one = blind_index("phone", "16135006721")
    assert len(one) == 64
    assert one == blind_index("phone", "16135006721") != blind_index("contact", "16135006721")
    settings.INDEX_KEYS = {"other": base64.b64encode(b"o" * 32).decode()}
    assert blind_index("phone", "16135006721") != one


def test_the_database_holds_no_plain_number(line: LineAccount, fujian: Phone) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text, encode(number_box, 'escape') FROM portal_lineaccount a")
        stored = " ".join(cursor.fetchone() or ())
    assert fujian.plain not in stored
    assert LineAccount.objects.get().number == fujian


def test_a_cell_moved_to_another_row_does_not_open(line: LineAccount, sweep: Actor) -> None:
    other = subscribers.sign_in(Phone("16135006722"), sweep)
    LineAccount.objects.filter(pk=other.pk).update(number_box=line.number_box)
    with pytest.raises(Unsealable):
        _ = LineAccount.objects.get(pk=other.pk).number


def test_a_case_is_forgotten_with_its_key(database: Addresses) -> None:
    key = new_key()
    token = seal_under(key.ref, "the province's answer", "evidence:1")
    assert unseal_under(key.ref, token, "evidence:1") == "the province's answer"
    destroy_key(key.ref)
    with pytest.raises(Unsealable):
        unseal_under(key.ref, token, "evidence:1")
    with pytest.raises(Unsealable):
        seal_under(key.ref, "more", "evidence:1")
    assert DataKey.objects.get().secret_box is None


def test_one_cases_key_does_not_open_anothers(database: Addresses) -> None:
    mine, other = new_key(), new_key()
    token = seal_under(mine.ref, "x", "a")
    with pytest.raises(Unsealable):
        unseal_under(other.ref, token, "a")


def rotate(settings: Settings) -> None:
    """A new active key beside the old one."""
    settings.SEALING_KEYS = {**settings.SEALING_KEYS, "next": base64.b64encode(b"n" * 32).decode()}
    settings.SEALING_ACTIVE = "next"


def test_after_a_rotation_the_old_key_may_go(
    line: LineAccount, fujian: Phone, settings: Settings, sweep: Actor
) -> None:
    rotate(settings)
    assert rotate_all(by=sweep)["portal.LineAccount.number_box"] == Turned(1)
    assert set(rotate_all(by=sweep).values()) == {Turned()}
    settings.SEALING_KEYS = {"next": settings.SEALING_KEYS["next"]}
    assert LineAccount.objects.get().number == fujian


def test_a_rotation_that_was_killed_goes_on(line: LineAccount, settings: Settings, sweep: Actor) -> None:
    others = [subscribers.sign_in(Phone(f"1613500680{n}"), sweep) for n in range(3)]
    rotate(settings)
    done = others[1]
    LineAccount.objects.filter(pk=done.pk).update(
        number_box=seal(done.number.plain, f"portal_lineaccount.number_box:{done.ref}")
    )
    assert rotate_all(by=sweep)["portal.LineAccount.number_box"] == Turned(3)


def test_every_sealed_cell_is_found_for_rotation(database: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    cells = {f"{model._meta.label}.{box}" for model, box in sealed_cells()}
    assert {"portal.Person.totp_box", "portal.Notice.text_box", "portal.DataKey.secret_box"} <= cells
    call_command("rotate_keys")
    assert "portal.Notice.text_box: 0" in capsys.readouterr().out
