"""A page as the browser prints it, and a sheet as the eye sees it."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from unicodedata import normalize

import typst
from playwright.sync_api import Page
from pypdf import PdfReader

A4_POINTS = (595, 842)
DPI = 150
DARK = """async picture => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const points = pen.getImageData(0, 0, image.width, image.height).data;
  return Array.from({length: image.height}, (_, y) => Array.from({length: image.width},
    (_, x) => points[(y * image.width + x) * 4] < 128 ? '1' : '0').join(''))}"""


def printed(page: Page) -> list[str]:
    """The texts of the sheets that the browser prints."""
    return sheets_of(on_paper(page))


def on_paper(page: Page) -> bytes:
    """What the browser prints, as PDF."""
    page.emulate_media(media="print")
    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="screen")
    return pdf


def sheets_of(pdf: bytes) -> list[str]:
    """The texts of a PDF's sheets, each of them A4."""
    sheets = PdfReader(io.BytesIO(pdf)).pages
    assert [tuple(map(round, sheet.mediabox[2:])) for sheet in sheets] == [A4_POINTS] * len(sheets)
    return [normalize("NFKC", "".join(sheet.extract_text().split())) for sheet in sheets]


def drawn(pdf: bytes, page: Page, folder: Path, name: str) -> list[str]:
    """A PDF's first sheet at 150 dots an inch: a string a row, "1" where it is dark.

    With PICTURES=1 in the environment the picture stays in out/, for somebody to look at.
    """
    (folder / "sheet.pdf").write_bytes(pdf)
    frame = b'#set page(width: auto, height: auto, margin: 0pt)\n#image("sheet.pdf")'
    picture = typst.compile(frame, root=str(folder), format="png", ppi=DPI)  # type: ignore[call-overload]
    if os.environ.get("PICTURES"):
        Path("out").mkdir(exist_ok=True)
        Path("out", f"{name}.png").write_bytes(picture)
    blank = page.context.new_page()
    rows: list[str] = blank.evaluate(DARK, base64.b64encode(picture).decode())
    blank.close()
    return rows


def cut(page: Page) -> list[str]:
    """What is wider or higher than its box on the printed page."""
    page.emulate_media(media="print")
    size = page.viewport_size
    page.set_viewport_size({"width": 672, "height": 1000})
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll('main *')]
      .filter(one => one.offsetParent !== null && !one.closest('.vh, svg'))
      .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
      .map(one => one.outerHTML.slice(0, 90))""")
    page.emulate_media(media="screen")
    if size is not None:
        page.set_viewport_size(size)
    return found
