"""A certificate's file, checked by the command and by the public page (C-11)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from closure.models import Certificate
from closure.services import certificate as certificates
from closure.services import having_back, payment
from portal.signing import public_key
from tests.closure.conftest import HOLDER, NUMBER, ROBOT, World
from tests.closure.test_having_back import CLERK, SEEN


@pytest.fixture
def issued(world: World, fujian: Callable[..., None]) -> Certificate:
    """The certificate of a closed case, rendered and signed."""
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return Certificate.objects.get(case=world.work(case))


@pytest.fixture
def pdf(issued: Certificate, tmp_path: Path) -> Path:
    """Its file, as downloaded."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(bytes(issued.pdf or b""))
    return path


def told(path: Path, *options: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("verify_certificate", str(path), *options, stdout=out)
    return out.getvalue()


def page(browser: Client, **fields: object) -> tuple[int, str]:
    """The page's answer to a file or a hash."""
    answer = browser.post("/verify/certificate/file", fields)
    return answer.status_code, answer.content.decode()


def test_the_command_finds_a_genuine_file_and_what_it_says_today(pdf: Path, issued: Certificate) -> None:
    out = told(pdf)
    assert "genuine" in out and issued.sha256 in out and "standing: frozen" in out
    assert NUMBER.plain not in out and HOLDER.plain not in out


def test_file_and_published_key_are_all_that_is_needed_offline(pdf: Path) -> None:
    assert "genuine" in told(pdf, "--offline", "--key", public_key().hex())
    with pytest.raises(CommandError, match="not genuine"):
        told(pdf, "--offline", "--key", "0" * 63 + "1")


@pytest.mark.parametrize("place", [0, 200, -40])
def test_one_changed_byte_is_found(pdf: Path, place: int) -> None:
    content = bytearray(pdf.read_bytes())
    content[place] ^= 1
    pdf.write_bytes(content)
    with pytest.raises(CommandError, match="not genuine"):
        told(pdf, "--offline")


def test_a_revoked_certificate_is_genuine_and_no_longer_in_force(pdf: Path, issued: Certificate) -> None:
    with transaction.atomic():
        certificates.end(issued.case, "revoked", by=ROBOT)
    with pytest.raises(CommandError, match="no longer in force"):
        told(pdf)


def test_the_page_knows_the_file_and_its_hash(pdf: Path, issued: Certificate) -> None:
    browser = Client()
    upload = SimpleUploadedFile("c.pdf", pdf.read_bytes(), content_type="application/pdf")
    for fields in ({"pdf": upload}, {"sha256": issued.sha256}, {"sha256": f" {issued.sha256.upper()} "}):
        status, text = page(browser, **fields)
        assert (status, "凭证有效" in text, "号码冻结到" in text) == (200, True, True)


def test_the_page_does_not_know_a_changed_file_or_another_hash(pdf: Path) -> None:
    changed = SimpleUploadedFile("c.pdf", pdf.read_bytes() + b"\n")
    assert page(Client(), pdf=changed)[0] == 404
    assert page(Client(), sha256=hashlib.sha256(b"x").hexdigest())[0] == 404
    assert page(Client(), sha256="")[0] == 422
    assert page(Client(), pdf=SimpleUploadedFile("c.pdf", b"x" * (2 * 1024 * 1024 + 1)))[0] == 422


def test_look_ups_by_file_are_counted(pdf: Path, issued: Certificate) -> None:
    statuses = [page(Client(), sha256=issued.sha256)[0] for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_the_public_page_says_that_a_number_is_in_use_again(issued: Certificate) -> None:
    row = having_back.ask(issued.case, SEEN, by=CLERK)
    having_back.advance(row.ref, by=ROBOT)
    text = Client().get(f"/v/{issued.ref}").content.decode()
    assert "已恢复使用" in text
    assert "凭证有效" not in text
