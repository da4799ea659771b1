"""An XLSX workbook of plain tables: words and sums, written by the standard library (decision 25).

A sum is whole fen and stands in its cell as exact yuan with two places, written digit by digit. Words are inline
strings, so that no text is ever taken for a formula. The same tables give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from portal.rules.money import yuan


@dataclass(frozen=True)
class Fen:
    """A sum in whole fen."""

    fen: int


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Fen | None
Row = Sequence[Cell]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BEGAN = (2026, 1, 1, 0, 0, 0)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font>'
    '</fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/>'
    '<xf numFmtId="4" xfId="0" applyNumberFormat="1"/><xf fontId="1" xfId="0" applyFont="1"/></cellXfs></styleSheet>'
)
_MONEY, _BOLD = 1, 2


def workbook(sheets: Sequence[tuple[str, Sequence[Row]]]) -> bytes:
    """The bytes of a workbook; the first row of each sheet is its head. Names of sheets: at most 31 characters."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _types(numbers),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book([name for name, _ in sheets]),
        "xl/_rels/workbook.xml.rels": _relations(
            [*((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers), ("rIdS", "styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, (_, rows) in zip(numbers, sheets, strict=True)}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _BEGAN), text.encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _types(numbers: range) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET}.worksheet+xml"/>' for n in numbers
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>{sheets}</Types>'
    )


def _relations(rows: Sequence[tuple[str, str, str]]) -> str:
    told = "".join(f'<Relationship Id="{key}" Type="{_RELS}/{kind}" Target="{to}"/>' for key, kind, to in rows)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _book(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{_text(name)[:31]}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{sheets}</sheets></workbook>'


def _sheet(rows: Sequence[Row]) -> str:
    told = "".join(_row(row, at) for at, row in enumerate(rows, 1))
    width = max((len(row) for row in rows), default=1)
    columns = f'<cols><col min="1" max="{width}" width="18" customWidth="1"/></cols>'
    return f'{_HEAD}<worksheet xmlns="{_MAIN}">{columns}<sheetData>{told}</sheetData></worksheet>'


def _row(row: Row, at: int) -> str:
    cells = "".join(_cell(cell, _name(column, at), head=at == 1) for column, cell in enumerate(row))
    return f'<row r="{at}">{cells}</row>'


def _cell(cell: Cell, name: str, *, head: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Fen):
        return f'<c r="{name}" s="{_MONEY}"><v>{yuan(cell.fen)}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{name}"><v>{cell}</v></c>'
    style = f' s="{_BOLD}"' if head else ""
    return f'<c r="{name}" t="inlineStr"{style}><is><t xml:space="preserve">{_text(cell)}</t></is></c>'


def _name(column: int, row: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text), {'"': "&quot;"})
