"""An invoice in words: the page, the check and the print share them (S-04)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portal.lexicon import say, whole_time
from portal.rules.money import grouped
from settlement.models import Invoice
from settlement.words import company_words


def title_of(invoice: Invoice, lang: str) -> str:
    """电子发票, or 红字发票."""
    return say(f"invoice.title.{invoice.kind}", lang)


def figure(fen: int) -> str:
    """Yuan with a true minus."""
    return grouped(fen).replace("-", "−")


def rate_words(rate: int) -> str:
    """Per mille as per cent: 90 is "9%", 65 "6.5%"."""
    whole, rest = divmod(rate, 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def rows_of(invoice: Invoice, lang: str) -> list[tuple[str, str]]:
    """(label, value) of what an invoice says beside its lines; the person masked."""
    facts = invoice.facts
    rows = [("number", invoice.number)]
    if invoice.of is not None:
        rows.append(("of", invoice.of.number))
    rows += [
        ("seller", company_words(f"{invoice.operator}_{invoice.province}", lang)),
        ("buyer", str(facts.get("name", ""))),
        ("line", str(facts.get("number", ""))),
        ("agent", company_words(str(facts.get("agent", "")), lang)),
        ("case", str(facts.get("case_no", ""))),
        ("voucher", invoice.voucher),
        ("at", whole_time(invoice.issued_at, lang)),
    ]
    return [(say(f"invoice.row.{name}", lang), value) for name, value in rows]


def lines_of(invoice: Invoice, lang: str) -> list[list[str]]:
    """The table as text: head, one row a line, the sum."""
    head = [say(f"invoice.{name}", lang) for name in ("what", "net", "rate", "vat", "gross")]
    rows = [
        [
            say(f"invoice.kind.{one.kind}", lang),
            figure(one.net_fen),
            rate_words(one.rate),
            figure(one.vat_fen),
            figure(one.gross_fen),
        ]
        for one in invoice.lines.all()
    ]
    sums = [figure(invoice.net_fen), "", figure(invoice.vat_fen), figure(invoice.gross_fen)]
    return [head, *rows, [say("invoice.sum", lang), *sums]]


def paper_words(invoice: Invoice, lang: str) -> dict[str, Any]:
    """Everything the paper says. Without an owner of the site it is a demo's, and says that it is no tax document."""
    return {
        "lang": lang,
        "site": say("chrome.site", lang),
        "owner": settings.SITE_OWNER or say("chrome.demo", lang),
        "red": invoice.kind == "red",
        "title": title_of(invoice, lang),
        "demo": "" if settings.SITE_OWNER else say("invoice.demo", lang),
        "rows": rows_of(invoice, lang),
        "lines": lines_of(invoice, lang),
        "verify": say("certificate.verify", lang),
        "footer": say("invoice.footer", lang),
    }
