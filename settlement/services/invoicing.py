"""Issuing invoices and red notes over what the ledger holds, and posting their tax (S-04).

Everything is written in the caller's transaction: whoever closes a case issues its invoice, whoever reverses a charge
its red note, and who dies between leaves neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, Sum

from bss.provinces import Bss
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import begin
from portal.parameters import snapshot
from portal.refs import new_ref
from settlement import states
from settlement.ledger import VAT, VAT_WITHIN, AccountKey, Leg
from settlement.models import Entry, Invoice, InvoiceLine, Transfer, Voucher
from settlement.parameters import VAT_RATES
from settlement.rules.invoicing import TAXED, Priced, lines_of, red_lines
from settlement.services.ledger import post, put_under

CHARGING = ("collect", "offset")


def issue(home: Bss, case_ref: str, facts: Mapping[str, Any], *, lang: str, by: Actor) -> Invoice | None:
    """The one invoice of a case, over what was charged in it; None when nothing was, so that own money given back is
    never invoiced. Again returns the first. `facts` are masked and hold `agent`, the code of who collected.

    Raises Conflict when the case stands under no number yet (C-18).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an invoice belongs to the transaction that closed its case")
    voucher = _voucher_of(case_ref)
    issued = Invoice.objects.filter(case_ref=case_ref, kind="final").first()
    if issued is not None:
        return issued
    charged = charged_in(home, case_ref)
    if not any(charged.values()):
        return None
    given = snapshot(VAT_RATES.values(), operator=home.operator, province=home.province, on=clock.today())
    rates = {kind: int(given[parameter.name]) for kind, parameter in VAT_RATES.items()}
    row = Invoice(
        kind="final",
        key=f"final:{case_ref}",
        operator=home.operator,
        province=home.province,
        case_ref=case_ref,
        voucher=voucher,
        facts=dict(facts),
        lang=lang,
    )
    return _written(row, lines_of(charged, rates), by=by)


def give_back(invoice: Invoice, back: Mapping[str, int], *, key: str, why: str, by: Actor) -> Invoice:
    """A red note over `back`, whole fen by kind, of an issued invoice; the same key again returns the first.

    Raises Conflict when it is no invoice, or when less than that is left of it.
    """
    _voucher_of(invoice.case_ref)
    made = Invoice.objects.filter(key=key).first()
    if made is not None:
        return made
    if invoice.kind != "final":
        raise Conflict("error.invoice.red", rule_id="S-04")
    before = [_as_priced(one) for one in InvoiceLine.objects.filter(invoice__of=invoice)]
    try:
        lines = red_lines([_as_priced(one) for one in invoice.lines.all()], before, back)
    except ValueError as error:
        raise Conflict("error.invoice.less", rule_id="S-04") from error
    row = Invoice(
        kind="red",
        of=invoice,
        key=key,
        operator=invoice.operator,
        province=invoice.province,
        case_ref=invoice.case_ref,
        voucher=invoice.voucher,
        facts=invoice.facts | {"why": why},
        lang=invoice.lang,
    )
    return _written(row, lines, by=by)


def follow_reversal(undone: Transfer, *, by: Actor) -> Invoice | None:
    """A charge was reversed: what is invoiced and no longer charged is taken back by a red note, in the same
    transaction (S-04). None when the case has no invoice, or it says no more than what is charged.
    """
    invoice = Invoice.objects.filter(case_ref=undone.case_ref, kind="final").first() if undone.case_ref else None
    if invoice is None or undone.purpose not in CHARGING:
        return None
    home = Bss(invoice.operator, invoice.province)
    charged, left = charged_in(home, invoice.case_ref), left_of(invoice)
    back = {kind: fen - max(0, charged.get(kind, 0)) for kind, fen in left.items()}
    back = {kind: fen for kind, fen in back.items() if fen > 0}
    return give_back(invoice, back, key=f"red:{undone.ref}", why="reversed", by=by) if back else None


def left_of(invoice: Invoice) -> dict[str, int]:
    """What an invoice still stands for after its red notes, whole fen by kind."""
    lines = InvoiceLine.objects.filter(Q(invoice=invoice) | Q(invoice__of=invoice)).order_by()
    return dict(lines.values_list("kind").annotate(fen=Sum("gross_fen")))


def charged_in(home: Bss, case_ref: str) -> dict[str, int]:
    """What the home company charged in a case and nobody reversed, whole fen by kind; from the ledger alone."""
    entries = Entry.objects.filter(
        transfer__case_ref=case_ref,
        transfer__purpose__in=CHARGING,
        transfer__reversed_by=None,
        account__operator=home.operator,
        account__province=home.province,
        account__kind__in=TAXED,
    )
    return {kind: -fen for kind, fen in entries.values_list("account__kind").annotate(fen=Sum("fen"))}


def _voucher_of(case_ref: str) -> str:
    """The number a case stands under. Whoever numbers its invoices does so in turn, until the transaction ends."""
    own = Voucher.objects.filter(case_ref=case_ref).first()
    if own is None:
        raise Conflict("error.conflict", rule_id="C-18")
    first = Voucher.objects.filter(number=own.number).order_by("pk").values("pk")[:1]
    Voucher.objects.select_for_update(no_key=True).get(pk__in=first)
    return own.number


def _as_priced(line: InvoiceLine) -> Priced:
    return Priced(line.kind, line.rate, line.gross_fen, line.vat_fen)


def _written(row: Invoice, lines: Sequence[Priced], *, by: Actor) -> Invoice:
    """Number, sums, tax, lines, history and audit."""
    now, row.ref = clock.now(), new_ref()
    row.number = f"FP{row.voucher[2:]}-{Invoice.objects.filter(voucher=row.voucher).count() + 1}"
    row.gross_fen, row.vat_fen = (sum(getattr(one, name) for one in lines) for name in ("gross_fen", "vat_fen"))
    row.net_fen = row.gross_fen - row.vat_fen
    row.state, row.owner, row.due_at = states.ISSUED, "robot:bookkeeper", now
    row.issued_at, row.issued_by = now, by.ref
    row.posted = _tax(row, by=by)
    row.save(force_insert=True)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=row,
            kind=one.kind,
            rate=one.rate,
            net_fen=one.net_fen,
            vat_fen=one.vat_fen,
            gross_fen=one.gross_fen,
        )
        for one in lines
    )
    begin(row, by=by, reason=row.kind, rules=("S-04",))
    facts = {"number": row.number, "gross_fen": row.gross_fen, "vat_fen": row.vat_fen}
    name = f"invoice.{row.kind}"
    audit.record(name, subject_ref=row.case_ref, by=by, chain=row.province, rules=("S-04",), facts=facts)
    return row


def _tax(row: Invoice, *, by: Actor) -> Transfer | None:
    """The tax contained in the charges, owed to the state; under the invoice's own ref and the case's number."""
    if not row.vat_fen:
        return None
    put_under(row.voucher, row.ref)
    legs = [
        Leg(AccountKey(row.operator, row.province, VAT_WITHIN), row.vat_fen),
        Leg(AccountKey(row.operator, row.province, VAT), -row.vat_fen),
    ]
    purpose = "invoice" if row.kind == "final" else "red_note"
    return post(purpose, legs, key=f"vat:{row.key}", case_ref=row.ref, by=by)
