"""Pictures by content: nothing but the picture leaves, and nothing too large comes in (RELIABILITY §3.16, N-13)."""

from __future__ import annotations

import re
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closure.services.papers import drawing
from portal.errors import Invalid
from realname.rules.pictures import LARGEST, Picture, clean_picture
from realname.rules.units import parse_unit_code, parse_unit_name
from tests.closure.papers import a_jpeg, a_png, chunk, segment

PLACE = b"Exif\x00\x00 GPS 26.07N 119.30E"
PAGE = b"<html><script>alert(1)</script></html>"


def test_a_png_loses_its_place_its_words_and_what_stands_behind_it() -> None:
    bare = clean_picture(a_png(extra=chunk(b"eXIf", PLACE) + chunk(b"tEXt", b"c\x00" + PAGE), tail=PAGE))
    assert (bare.kind, bare.width, bare.height, bare.content) == ("png", 4, 3, a_png())


def test_a_jpeg_loses_its_place_its_words_and_what_stands_behind_it() -> None:
    bare = clean_picture(a_jpeg(extra=segment(0xE1, PLACE) + segment(0xFE, PAGE), tail=PAGE))
    assert (bare.kind, bare.width, bare.height, bare.content) == ("jpeg", 4, 3, a_jpeg())


def tiff(orientation: int, order: str = ">", *, entries: int = 1) -> bytes:
    """An EXIF block with one entry: which way up the camera was held."""
    head = {"<": b"II*\x00", ">": b"MM\x00*"}[order] + struct.pack(f"{order}I", 8)
    return head + struct.pack(f"{order}HHHIHH", entries, 0x0112, 3, 1, orientation, 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_says_which_way_up_it_was_taken_and_nothing_else(orientation: int, order: str) -> None:
    exif = tiff(orientation, order)
    jpeg = clean_picture(a_jpeg(extra=segment(0xE1, b"Exif\x00\x00" + exif)))
    png = clean_picture(a_png(extra=chunk(b"eXIf", exif)))
    assert (jpeg.orientation, png.orientation) == (orientation, orientation)
    assert (jpeg.content, png.content) == (a_jpeg(), a_png())


@pytest.mark.parametrize(
    "exif", [b"", b"MM", tiff(0), tiff(9), tiff(6)[:12], tiff(6)[:-6], tiff(6, entries=65_535)[:9]]
)
def test_a_torn_or_wrong_exif_block_turns_nothing(exif: bytes) -> None:
    assert clean_picture(a_png(extra=chunk(b"eXIf", exif))).orientation == 1


@given(exif=st.binary(max_size=80))
def test_no_exif_block_breaks_a_picture(exif: bytes) -> None:
    whole = b"II*\x00" + exif
    assert clean_picture(a_png(extra=chunk(b"eXIf", whole))).orientation in range(1, 9)


CORNER = {1: (0, 0), 2: (4, 0), 3: (4, 3), 4: (0, 3), 5: (0, 0), 6: (3, 0), 7: (3, 4), 8: (0, 4)}
"""Where the first pixel of a picture of 4 by 3 stands once it is shown upright (the EXIF standard's table)."""


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_drawn_the_way_up_it_was_taken_n_13(orientation: int) -> None:
    drawn = drawing(Picture("png", 4, 3, b"", orientation))
    found = re.search(r'svg" width="(\d)" height="(\d)".*matrix\(([-\d ]+)\)', drawn)
    assert found is not None
    a, b, c, d, x, y = (int(one) for one in found[3].split())
    size = (int(found[1]), int(found[2]))
    assert (size, (x, y)) == ((4, 3) if orientation < 5 else (3, 4), CORNER[orientation])
    ends = [(x, y), (4 * a + x, 4 * b + y), (3 * c + x, 3 * d + y)]
    assert all(0 <= one[0] <= size[0] and 0 <= one[1] <= size[1] for one in ends)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 /JavaScript", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"PK\x03\x04", b"\x00" * 99],
)
def test_what_is_no_jpeg_or_png_by_content_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"error\.picture\.kind"):
        clean_picture(content)


@pytest.mark.parametrize(
    "content",
    [a_png()[:40], a_png()[:-12], a_png().replace(b"IDAT", b"IDAX"), a_jpeg()[:30], a_jpeg()[:-2], b"\xff\xd8\xff\xd9"],
)
def test_a_picture_that_is_cut_off_or_changed_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"error\.picture\.broken"):
        clean_picture(content)


@pytest.mark.parametrize("size", [(20_000, 20_000), (12_001, 1), (0x7FFFFFFF, 0x7FFFFFFF)])
def test_a_picture_with_too_many_pixels_is_refused_unseen(size: tuple[int, int]) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    with pytest.raises(Invalid, match=r"error\.picture\.size"):
        clean_picture(content)


def test_an_empty_file_and_one_beyond_the_limit_are_refused() -> None:
    with pytest.raises(Invalid, match="empty"):
        clean_picture(b"")
    with pytest.raises(Invalid, match="large"):
        clean_picture(a_png() + b"x" * LARGEST)


@given(st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]), st.binary(max_size=300))
def test_no_bytes_break_the_reader(start: bytes, rest: bytes) -> None:
    with suppress(Invalid):
        assert len(clean_picture(start + rest).content) <= len(start + rest)


def test_a_units_code_is_read_with_its_check_character() -> None:
    assert parse_unit_code(" ９１350100M000100Y43 ".replace("９１", "91")).plain == "91350100M000100Y43"


@pytest.mark.parametrize("text", ["", "91350100M000100Y44", "91350100I000100Y43", "9135", "9" * 5000, "\u0663" * 18])
def test_a_wrong_unit_code_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"error\.unit\."):
        parse_unit_code(text)


def test_a_units_name_may_hold_figures_and_brackets() -> None:
    assert parse_unit_name(" 甲木(厦门)  商贸有限公司1店 ").plain == "甲木(厦门) 商贸有限公司1店"
    for text in ("", "x", "长" * 61, "张\u202e岚", "a\x00b"):
        with pytest.raises(Invalid, match=r"error\.name\."):
            parse_unit_name(text)
