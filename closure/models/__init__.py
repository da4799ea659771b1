"""Rows of the closure app."""

from closure.models.case import Case, CaseOrder, Check, FindingRow
from closure.models.certificate import Certificate
from closure.models.quote import Quote, QuoteLine
from closure.models.restoring import Restoring

__all__ = ["Case", "CaseOrder", "Certificate", "Check", "FindingRow", "Quote", "QuoteLine", "Restoring"]
