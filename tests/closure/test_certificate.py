"""The certificate on paper: one sheet, fonts that are there, and a code that leads to its public check (C-11)."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from collections.abc import Callable

import pytest
import segno
import typst
from pypdf import PdfReader

from closure.models import Certificate
from closure.services import certificate as issuing
from closure.services import payment
from closure.services.certificate import FONTS, TEMPLATE, address_of, qr_of, words_of
from tests import qr
from tests.closure.conftest import World

DPI = 120
DARK = 128


@pytest.fixture
def certificate(world: World, fujian: Callable[..., None]) -> Certificate:
    """The certificate of a closed line, rendered and signed."""
    fujian()
    case = world.quoted()
    payment.settle_without_payment(case, 1, by=world.by)
    return Certificate.objects.get(case=world.work(case))


def picture_of(certificate: Certificate) -> list[list[bool]]:
    """The sheet as dark and light points, drawn from the same source as the PDF."""
    data = json.dumps(words_of(certificate, "zh") | {"address": address_of(certificate)}, ensure_ascii=False)
    drawn = typst.compile(  # type: ignore[call-overload]
        TEMPLATE.read_bytes(),
        font_paths=[str(FONTS)],
        sys_inputs={"data": data, "qr": qr_of(certificate)},
        ignore_system_fonts=True,
        format="png",
        ppi=DPI,
    )
    assert isinstance(drawn, bytes)
    return points(drawn)


def points(png: bytes) -> list[list[bool]]:
    """Read an eight-bit RGBA picture: undo its row filters, keep what is dark."""
    width, height = struct.unpack(">II", png[16:24])
    body = b"".join(png[at.start() + 4 : at.start() + 4 + size_before(png, at.start())] for at in IDAT.finditer(png))
    raw, above, rows = zlib.decompress(body), bytes(width * 4), []
    for y in range(height):
        start = y * (width * 4 + 1)
        above = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + width * 4]), above)
        rows.append([above[x * 4] < DARK for x in range(width)])
    return rows


IDAT = re.compile(rb"IDAT")


def size_before(png: bytes, at: int) -> int:
    """The length that stands before a chunk's name."""
    return int.from_bytes(png[at - 4 : at], "big")


def unfiltered(kind: int, row: bytearray, above: bytes) -> bytes:
    """One row of a PNG, its filter undone."""
    for x in range(len(row)):
        left, up, corner = (row[x - 4] if x > 3 else 0), above[x], (above[x - 4] if x > 3 else 0)
        guess = left + up - corner
        near = min((left, up, corner), key=lambda one: abs(guess - one))
        row[x] = (row[x] + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(row)


def test_a_number_another_certificate_has_is_drawn_anew(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    drawn = iter([certificate.number, "417203958266"])
    monkeypatch.setattr(issuing, "certificate_number", lambda: next(drawn))
    assert issuing.replace(certificate.case, by=world.by).number == "417203958266"


def test_the_printed_code_is_the_address_of_the_public_check_c_11(certificate: Certificate) -> None:
    sheet = ["".join("01"[dark] for dark in row) for row in picture_of(certificate)]
    assert qr.read(sheet).text == address_of(certificate)


def test_a_code_with_a_spoilt_module_is_not_read_c_11(certificate: Certificate) -> None:
    matrix = [list(row) for row in segno.make(address_of(certificate), error="q", micro=False).matrix]
    matrix[-1][-1] ^= 1
    drawn = ["".join(str(cell) * 3 for cell in [0, *row, 0]) for row in matrix for _ in range(3)]
    with pytest.raises(ValueError, match="spoilt"):
        qr.read(drawn)


def test_it_is_one_sheet_and_sets_nothing_in_a_weight_its_fonts_lack(certificate: Certificate) -> None:
    assert certificate.pdf is not None
    (sheet,) = PdfReader(io.BytesIO(bytes(certificate.pdf))).pages
    fonts = [str(font.get_object()["/BaseFont"]) for font in sheet["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert [name for name in fonts if "Regular" not in name] == []
    assert '"bold"' not in TEMPLATE.read_text(encoding="utf-8")


def test_a_certificate_of_nothing_paid_says_so_in_words(certificate: Certificate) -> None:
    rows = dict(words_of(certificate, "zh")["rows"])
    assert rows["结清"] == "没有要付的，也没有要退的"
    assert "0.00" not in " ".join(rows.values())
