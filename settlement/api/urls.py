"""Addresses of the books' API."""

from portal.api.views import resource
from settlement.api import differences, ledger, papers

urlpatterns = [
    resource("ledger/accounts", name="api-accounts", GET=ledger.list_accounts),
    resource("ledger/entries", name="api-entries", GET=ledger.list_entries),
    resource("ledger/transfers/<str:ref>", name="api-transfer", GET=ledger.read_transfer),
    resource("statements", name="api-statements", GET=papers.list_statements),
    resource("statements/<str:ref>", name="api-statement", GET=papers.read_statement),
    resource("invoices", name="api-invoices", GET=papers.list_invoices),
    resource("invoices/<str:ref>", name="api-invoice", GET=papers.read_invoice),
    resource("differences", name="api-differences", GET=differences.list_differences),
    resource("differences/<str:ref>", name="api-difference", GET=differences.read_difference),
    resource("reconciliations", name="api-reconciliations", GET=differences.list_runs),
]
