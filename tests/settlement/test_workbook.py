"""The workbook: whole fen become exact yuan, words are never formulas, the same tables are the same bytes."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from settlement.workbook import Fen, workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(content: bytes, sheet: int = 1) -> dict[str, str]:
    """The cells of a sheet, as a reader of workbooks finds them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    return {cell.get("r", ""): "".join(cell.itertext()) for cell in root.iter(f"{MAIN}c")}


def test_sums_are_exact_and_columns_run_past_z() -> None:
    found = cells(workbook([("账", [["a"] * 27 + ["AB"], [Fen(-123456), None, 7, Fen(5)]])]))
    assert (found["AB1"], found["A2"], found["C2"], found["D2"]) == ("AB", "-1234.56", "7", "0.05")
    assert "B2" not in found


def test_a_text_is_never_a_formula_nor_markup() -> None:
    found = cells(workbook([("a<b", [["=1+1", "<c>&\x01"]])]))
    assert (found["A1"], found["B1"]) == ("=1+1", "<c>&")


def test_every_part_is_xml_and_names_its_sheets() -> None:
    content = workbook([("省间净额矩阵", [["x"]]), ("二", [["y"]])])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    assert [sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")] == ["省间净额矩阵", "二"]
    assert cells(content, 2) == {"A1": "y"}


def test_the_same_tables_are_the_same_bytes() -> None:
    assert workbook([("a", [["x", Fen(1)]])]) == workbook([("a", [["x", Fen(1)]])])
