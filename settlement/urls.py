"""Addresses of this app."""

from portal.routes import route
from settlement.pages import (
    account_sheet,
    accounts,
    approvals,
    differences,
    invoices,
    late_refunds,
    statements,
    transfers,
)
from settlement.pages.callback import callback

READ, ACT = "settlement.read", "settlement.act"

urlpatterns = [
    route("payments/callback", callback, name="payments-callback", permission="payments.callback"),
    route("settlement/accounts", accounts.tree, name="settlement-accounts", permission=READ),
    route("settlement/accounts/<int:pk>", accounts.account, name="settlement-account", permission=READ),
    route("settlement/accounts/<int:pk>/xlsx", account_sheet.xlsx, name="settlement-account-xlsx", permission=READ),
    route("settlement/accounts/<int:pk>/<str:day>", accounts.day, name="settlement-account-day", permission=READ),
    route("settlement/transfers", transfers.listed, name="settlement-transfers", permission=READ),
    route("settlement/transfers/<str:ref>", transfers.transfer, name="settlement-transfer", permission=READ),
    route("settlement/transfers/<str:ref>/reversal", approvals.reversal, name="settlement-reversal", permission=ACT),
    route("settlement/statements", statements.listed, name="settlement-statements", permission=READ),
    route("settlement/statements/<str:number>", statements.statement, name="settlement-statement", permission=READ),
    route("settlement/statements/<str:number>/entries", statements.entries, name="settlement-cell", permission=READ),
    route("settlement/statements/<str:number>/pdf", statements.pdf, name="settlement-statement-pdf", permission=READ),
    route(
        "settlement/statements/<str:number>/xlsx", statements.xlsx, name="settlement-statement-xlsx", permission=READ
    ),
    route(
        "settlement/statements/<str:number>/settling", approvals.settling, name="settlement-settling", permission=ACT
    ),
    route("settlement/invoices", invoices.listed, name="settlement-invoices", permission=READ),
    route("settlement/invoices/<str:number>", invoices.invoice, name="settlement-invoice", permission=READ),
    route("settlement/invoices/<str:number>/pdf", invoices.pdf, name="settlement-invoice-pdf", permission=READ),
    route("i/<str:ref>", invoices.check, name="invoice-check", permission="settlement.check-invoice"),
    route("settlement/differences", differences.listed, name="settlement-differences", permission=READ),
    route("settlement/differences/<str:province>", differences.again, name="settlement-reconcile", permission=ACT),
    route("settlement/late-refunds", late_refunds.listed, name="settlement-late-refunds", permission=READ),
    route("settlement/approvals", approvals.listed, name="settlement-approvals", permission=READ),
    route("settlement/approvals/<str:ref>", approvals.decision, name="settlement-approval", permission=ACT),
]
