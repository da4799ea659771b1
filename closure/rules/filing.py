"""What a filing needs: who, which number, where messages go (C-04, C-05)."""

from __future__ import annotations

from closure.rules.finding import BLOCK, Finding
from portal.masked import Phone


def number_findings(closing: Phone, *, contact: Phone | None, refund: Phone | None) -> list[Finding]:
    """Every misuse of the number being closed as an address for later, all at once (C-05, worked case S11)."""
    found = []
    if contact == closing:
        found.append(Finding("contact.same", BLOCK, ("C-05",)))
    if refund == closing:
        found.append(Finding("refund.same", BLOCK, ("C-05",)))
    return found
