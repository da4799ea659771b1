"""Reading invoices: whose they are, and those of a case."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.actors import Actor
from portal.roles import Role
from settlement.models import Invoice
from settlement.queries import EVERYTHING


def invoices_visible_to(actor: Actor) -> QuerySet[Invoice]:
    """Finance its operator's; a provincial regulator its province's; overseers all."""
    rows = Invoice.objects.select_related("of", "posted")
    if actor.role in EVERYTHING:
        return rows
    if actor.role is Role.FINANCE and actor.operator:
        return rows.filter(operator=actor.operator)
    if actor.role is Role.PROVINCIAL_REGULATOR and actor.province:
        return rows.filter(province=actor.province)
    return rows.none()


def invoices_under(voucher: str) -> QuerySet[Invoice]:
    """Invoices and red notes under a case's number, the first first; none for no number (C-18)."""
    return Invoice.objects.filter(voucher=voucher).exclude(voucher="").select_related("of").order_by("pk")


def paper_bytes(invoice: Invoice) -> bytes | None:
    """The stored bytes as they were signed; None until they are there."""
    pdf = type(invoice).objects.filter(pk=invoice.pk).values_list("paper__pdf", flat=True).first()
    return bytes(pdf) if pdf is not None else None
