"""The monthly statements: the list, one with its matrix, the entries behind a cell, its paper and its workbook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.errors import Missing
from portal.keyset import page_of
from portal.lexicon import say
from portal.permissions import roles_of
from portal.requests import PortalRequest
from portal.roles import Role
from settlement.models import Statement, StatementPaper
from settlement.pages.shown import books_frame, download, paging
from settlement.queries_books import approvals_visible_to
from settlement.queries_statements import as_lines, entries_of, lines_visible_to, statements_visible_to
from settlement.rules.netting import Line, Matrix, matrix_of
from settlement.services.freezing import is_whole
from settlement.services.statement_papers import title_of
from settlement.states import ASKED, FROZEN
from settlement.words import company_words, month_words, purpose_words
from settlement.workbook import XLSX, Cell, Fen, Row, workbook

HERE = "settlement-statements"


@require_safe
def listed(request: PortalRequest) -> HttpResponse:
    """Fifty statements a page, the newest first."""
    rows = statements_visible_to(request.actor).defer("book")
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    lang = request.lang
    context = books_frame(request, HERE) | {
        "rows": [
            {
                "row": one,
                "month": month_words(one, lang),
                "operator": say(f"operator.{one.operator}", lang),
                "state": say(f"statement.state.{one.state}", lang),
                "settled": one.state != FROZEN,
            }
            for one in page.rows
        ],
        "paging": paging(page),
    }
    return render(request, "settlement/statements.html", context)


@require_safe
def statement(request: PortalRequest, number: str) -> HttpResponse:
    """One statement, differences first; 404 outside the scope."""
    row = _found(request, number)
    lang = request.lang
    matrix = matrix_of(_lines(request, row))
    requests = list(approvals_visible_to(request.actor).filter(statement=row).order_by("-pk"))
    waiting = any(one.state == ASKED for one in requests)
    acts = request.actor.role in roles_of("settlement.act")
    context = books_frame(request, HERE) | {
        "row": row,
        "title": title_of(row, lang),
        "state": say(f"statement.state.{row.state}", lang),
        "settled": row.state != FROZEN,
        "whole": is_whole(row),
        "moved_fen": matrix.moved,
        "n": len(matrix.rows),
        "part": request.actor.role is Role.PROVINCIAL_REGULATOR,
        "columns": [_name(row, code, lang) for code in matrix.columns],
        "rows": [_matrix_row(row, matrix, code, lang) for code in matrix.rows],
        "sums": [matrix.of_column(code) for code in matrix.columns],
        "total_fen": matrix.total,
        "positions": [
            {"name": _name(row, one.company, lang), "net": one.net, "word": _side(one.net, lang), "abs": abs(one.net)}
            for one in matrix.positions
        ],
        "differences": [
            {"one": _name(row, gap.one, lang), "other": _name(row, gap.other, lang), "fen": gap.fen}
            for gap in matrix.differences
        ],
        "corrections": [
            {"row": one, "why": say(f"statement.why.{one.why}", lang)}
            for one in row.corrections.select_related("of", "transfer").order_by("pk")[:100]
        ],
        "n_corrections": row.corrections.count(),
        "requests": requests,
        "acts": acts,
        "may_settle": acts and row.state == FROZEN and bool(matrix.cells) and not waiting,
        "printed": not _partial(request) and StatementPaper.objects.filter(statement=row).exists(),
    }
    return render(request, "settlement/statement.html", context)


@require_safe
def entries(request: PortalRequest, number: str) -> HttpResponse:
    """The entries behind one cell, `?row=35&column=161_32`; 404 for a cell out of sight."""
    row = _found(request, number)
    lang = request.lang
    province, column = request.GET.get("row", ""), request.GET.get("column", "")
    cell = matrix_of(_lines(request, row)).cell(f"{row.operator}_{province}", column)
    if cell is None:
        raise Missing("error.missing")
    behind = entries_of(row, province=province, counterpart=column)
    page = page_of(behind, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = books_frame(request, HERE) | {
        "row": row,
        "title": title_of(row, lang),
        "one": _name(row, cell.row, lang),
        "other": _name(row, cell.column, lang),
        "cell": cell,
        "side": _side(cell.fen, lang),
        "abs_fen": abs(cell.fen),
        "rows": [
            {
                "entry": one,
                "purpose": purpose_words(one.transfer, lang),
                "kind": say(f"account.{one.account.kind}", lang),
            }
            for one in page.rows
        ],
        "paging": paging(page, row=province, column=column),
    }
    return render(request, "settlement/cell.html", context)


@require_safe
def pdf(request: PortalRequest, number: str) -> HttpResponse:
    """The stored bytes, as they were signed; 404 for who may see a part only, and until they are there."""
    row = _found(request, number)
    paper = StatementPaper.objects.filter(statement=row).first()
    if paper is None or _partial(request):
        raise Missing("error.missing")
    return download(bytes(paper.pdf), "application/pdf", f"{row.number}.pdf")


@require_safe
def xlsx(request: PortalRequest, number: str) -> HttpResponse:
    """The matrix, the accounts and the corrections as a workbook, of what the reader may see."""
    row = _found(request, number)
    lines = _lines(request, row)
    sheets = [
        (say("statement.matrix", request.lang), _matrix_sheet(row, matrix_of(lines), request.lang)),
        (say("statement.lines", request.lang), _lines_sheet(row, lines, request.lang)),
        (say("statement.corrections", request.lang), _corrections_sheet(row, request.lang)),
    ]
    return download(workbook(sheets), XLSX, f"{row.number}.xlsx")


def _found(request: PortalRequest, number: str) -> Statement:
    row = statements_visible_to(request.actor).select_related("before").filter(number=number).first()
    if row is None:
        raise Missing("error.missing")
    return row


def _partial(request: PortalRequest) -> bool:
    return request.actor.role is Role.PROVINCIAL_REGULATOR


def _lines(request: PortalRequest, row: Statement) -> list[Line]:
    return as_lines(lines_visible_to(row, request.actor))


def _name(row: Statement, code: str, lang: str) -> str:
    return company_words(code, lang, within=row.operator)


def _side(fen: int, lang: str) -> str:
    return say(f"statement.side.{'gets' if fen > 0 else 'pays' if fen < 0 else 'even'}", lang)


def _matrix_row(row: Statement, matrix: Matrix, code: str, lang: str) -> dict[str, Any]:
    province = code.partition("_")[2]
    address = reverse("settlement-cell", args=[row.number])
    cells = []
    for column in matrix.columns:
        cell = matrix.cell(code, column)
        url = f"{address}?{urlencode({'row': province, 'column': column})}" if cell else ""
        cells.append({"cell": cell, "url": url, "own": column == code, "other": _name(row, column, lang)})
    return {"name": _name(row, code, lang), "cells": cells, "net": matrix.of_row(code)}


def _matrix_sheet(row: Statement, matrix: Matrix, lang: str) -> list[Row]:
    head: list[Cell] = ["", *(_name(row, code, lang) for code in matrix.columns), say("statement.net", lang)]
    rows: list[Row] = [head]
    for code in matrix.rows:
        cells = [matrix.cell(code, column) for column in matrix.columns]
        figures = [Fen(cell.fen) if cell else None for cell in cells]
        rows.append([_name(row, code, lang), *figures, Fen(matrix.of_row(code))])
    sums = [Fen(matrix.of_column(code)) for code in matrix.columns]
    return [*rows, [say("statement.sum", lang), *sums, Fen(matrix.total)]]


def _lines_sheet(row: Statement, lines: list[Line], lang: str) -> list[Row]:
    words = ("company", "account", "other", "turnover", "entries")
    head = [say(f"statement.{name}", lang) for name in words]
    return [head] + [
        [
            _name(row, one.company, lang),
            say(f"account.{one.kind}", lang),
            _name(row, one.counterpart, lang),
            Fen(one.fen),
            one.n,
        ]
        for one in lines
    ]


def _corrections_sheet(row: Statement, lang: str) -> list[Row]:
    head: Row = [say(f"statement.{name}", lang) for name in ("transfer", "corrects", "why")]
    found = row.corrections.order_by("pk").values_list("transfer__ref", "of__number", "why")
    return [head, *([ref, number, say(f"statement.why.{why}", lang)] for ref, number, why in found)]
