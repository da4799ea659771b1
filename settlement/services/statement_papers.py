"""The printed statement: rendered once after the freeze, signed, its bytes stored once; and its workbook (S-01)."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from django.db import transaction

from portal import audit, clock
from portal.actors import Actor
from portal.lexicon import say, whole_time
from portal.moving import release_lease
from portal.rules.money import grouped
from portal.signing import sign_document
from portal.sweeping import work_due
from settlement.models import Statement, StatementPaper
from settlement.queries_statements import as_lines
from settlement.rules.netting import Matrix, matrix_of
from settlement.words import company_words, month_words

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
TEMPLATE = files("settlement") / "documents" / "statement.typ"
MOST_COLUMNS = 8
"""A matrix wider than this cannot be read on one A4 page; it stands in the workbook and on the screen."""


def print_due(*, by: Actor, limit: int = 20) -> int:
    """Print the statements that have no paper yet; returns how many were due."""

    def work(pk: int, fence: int) -> None:
        render(Statement.objects.get(pk=pk), by=by)
        release_lease(Statement, pk, fence)

    return work_due(Statement, work, limit=limit)


def render(statement: Statement, *, by: Actor) -> StatementPaper:
    """Render and sign the PDF when it is not there yet, and store it once. Outside transactions."""
    made = StatementPaper.objects.filter(statement=statement).first()
    pdf = b"" if made else sign_document(_pdf_of(statement, "zh"))
    with transaction.atomic(durable=True):
        Statement.objects.filter(pk=statement.pk).update(due_at=None)
        if made is not None:
            return made
        digest = hashlib.sha256(pdf).hexdigest()
        values = {"pdf": pdf, "sha256": digest, "at": clock.now()}
        made, created = StatementPaper.objects.get_or_create(statement=statement, defaults=values)
        if created:
            facts = {"number": statement.number, "sha256": digest}
            audit.record(
                "statement.printed", subject_ref=statement.ref, by=by, chain=audit.CENTRE, rules=("S-01",), facts=facts
            )
    return made


def _pdf_of(statement: Statement, lang: str) -> bytes:
    data = json.dumps(paper_words(statement, lang), ensure_ascii=False)
    pdf = typst.compile(  # type: ignore[misc]
        TEMPLATE.read_bytes(), font_paths=[str(FONTS)], sys_inputs={"data": data}, ignore_system_fonts=True
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst made no PDF")
    return pdf


def title_of(statement: Statement, lang: str) -> str:
    """`甲网2026年10月结算单`."""
    operator = say(f"operator.{statement.operator}", lang)
    return say("statement.title", lang, operator=operator, month=month_words(statement, lang))


def paper_words(statement: Statement, lang: str) -> dict[str, Any]:
    """Everything the paper says, from the lexicon and the frozen rows."""
    matrix = matrix_of(as_lines(statement.lines.select_related("account")))
    corrections = statement.corrections.count()
    facts = [
        ("number", statement.number),
        ("frozen", whole_time(statement.frozen_at, lang)),
        ("moved", grouped(matrix.moved)),
        ("corrections", str(corrections)),
    ]
    return {
        "lang": lang,
        "site": say("chrome.site", lang),
        "owner": settings.SITE_OWNER or say("chrome.demo", lang),
        "title": title_of(statement, lang),
        "facts": [(say(f"statement.row.{name}", lang), value) for name, value in facts],
        "positions_title": say("statement.positions", lang),
        "positions": _positions(statement, matrix, lang),
        "matrix_title": say("statement.matrix", lang),
        "legend": say("statement.legend", lang),
        "matrix": _matrix(statement, matrix, lang) if 0 < len(matrix.columns) <= MOST_COLUMNS else [],
        "notes": _notes(statement, matrix, corrections, lang),
        "seal": say("statement.seal", lang, sha256=statement.sha256),
    }


def _name(statement: Statement, code: str, lang: str) -> str:
    return company_words(code, lang, within=statement.operator)


def _figure(fen: int) -> str:
    return grouped(fen).replace("-", "−")


def _positions(statement: Statement, matrix: Matrix, lang: str) -> list[list[str]]:
    rows = [[say(f"statement.{name}", lang) for name in ("company", "gets", "pays", "net")]]
    for one in matrix.positions:
        figures = [_figure(fen) for fen in (one.gets, one.pays, one.net)]
        rows.append([_name(statement, one.company, lang), *figures])
    sums = [sum(getattr(one, name) for one in matrix.positions) for name in ("gets", "pays", "net")]
    return [*rows, [say("statement.sum", lang), *map(_figure, sums)]]


def _matrix(statement: Statement, matrix: Matrix, lang: str) -> list[list[str]]:
    head = ["", *(_name(statement, code, lang) for code in matrix.columns), say("statement.net", lang)]
    rows = [head]
    for row in matrix.rows:
        cells = [matrix.cell(row, column) for column in matrix.columns]
        figures = [_figure(cell.fen) if cell else "" for cell in cells]
        rows.append([_name(statement, row, lang), *figures, _figure(matrix.of_row(row))])
    sums = [_figure(matrix.of_column(column)) for column in matrix.columns]
    return [*rows, [say("statement.sum", lang), *sums, _figure(matrix.total)]]


def _notes(statement: Statement, matrix: Matrix, corrections: int, lang: str) -> list[str]:
    notes = [say("statement.how", lang)]
    if statement.before is not None:
        notes.append(say("statement.after", lang, number=statement.before.number))
    if corrections:
        notes.append(say("statement.corrected", lang, n=corrections))
    if matrix.differences:
        notes.append(say("statement.disagree", lang, n=len(matrix.differences)))
    if len(matrix.columns) > MOST_COLUMNS:
        notes.append(say("statement.wide", lang))
    return notes
