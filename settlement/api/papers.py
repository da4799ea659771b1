"""Statements and invoices by the API, as they were frozen and issued (S-01, S-04)."""

from __future__ import annotations

from typing import Any

from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed
from portal.errors import Missing
from settlement.api.shapes import (
    InvoiceList,
    InvoiceShown,
    LineShown,
    StatementList,
    StatementShown,
    WholeStatement,
    invoice_shown,
    named,
)
from settlement.models import Statement
from settlement.queries_invoices import invoices_visible_to
from settlement.queries_statements import as_lines, lines_visible_to, statements_visible_to


def _statement(row: Statement) -> dict[str, Any]:
    return named(row, StatementShown) | {"before": row.before.number if row.before else ""}


@operation("statements_list", "settlement.read", answer=StatementList, query=ListQuery, rules=("S-01",))
def list_statements(call: Call) -> dict[str, Any]:
    """List the monthly statements in scope."""
    return listed(call, statements_visible_to(call.actor).select_related("before").defer("book"), _statement)


@operation("statements_read", "settlement.read", answer=WholeStatement, rules=("S-01",))
def read_statement(call: Call) -> dict[str, Any]:
    """Show one statement with its lines."""
    row = statements_visible_to(call.actor).select_related("before").filter(ref=call.path["ref"]).first()
    if row is None:
        raise Missing("error.api.missing")
    lines = as_lines(lines_visible_to(row, call.actor))
    return _statement(row) | {"lines": [named(line, LineShown) for line in lines]}


@operation("invoices_list", "settlement.read", answer=InvoiceList, query=ListQuery, rules=("S-04",))
def list_invoices(call: Call) -> dict[str, Any]:
    """List the invoices and red notes in scope; who they are for is not told."""
    return listed(call, invoices_visible_to(call.actor).prefetch_related("lines"), invoice_shown)


@operation("invoices_read", "settlement.read", answer=InvoiceShown, rules=("S-04",))
def read_invoice(call: Call) -> dict[str, Any]:
    """Show one invoice or red note."""
    row = invoices_visible_to(call.actor).filter(ref=call.path["ref"]).first()
    if row is None:
        raise Missing("error.api.missing")
    return invoice_shown(row)
