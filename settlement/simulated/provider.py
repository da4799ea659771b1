"""A payment provider for the demo and the tests: its own rows, one outcome a ref, expiry by its own clock."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection, transaction
from django.urls import NoReverseMatch, reverse

from portal import clock
from settlement.models import SimulatedCharge, SimulatedPayout
from settlement.provider import Callback, Money, ProviderSilent, Said, sign_callback

DECLINED = "0002"
"""The last four digits of a card that takes no money, as the test cards of payment providers do."""
ENDINGS = frozenset({"pending", "paid", "refused", "unknown"})


class SimulatedProvider:
    """Answers from its own tables; a charge is pending until somebody decides it at the cashier's page, which is a
    store's till too: cash is paid once a store says that it has it.
    """

    def open_charge(self, ref: str, fen: int, *, method: str, not_after: datetime) -> Said:
        """Open a charge, once per ref."""
        _outside()
        with transaction.atomic(durable=True):
            row, made = SimulatedCharge.objects.get_or_create(
                ref=ref, defaults={"fen": fen, "not_after": not_after, "ending": "pending"}
            )
            if not made and not row.opened:
                row.fen, row.not_after, row.opened = fen, not_after, True
                row.save(update_fields=["fen", "not_after", "opened"])
        return _said(row)

    def enquire(self, ref: str) -> Said:
        """What became of a charge."""
        return _said(SimulatedCharge.objects.filter(ref=ref, opened=True).first())

    def payout(self, ref: str, fen: int, *, route: str, destination: str, not_after: datetime) -> Said:
        """Pay out, once per ref; paid at once unless decided otherwise beforehand, or the card takes nothing."""
        _outside()
        told = {"fen": fen, "route": route, "not_after": not_after, "paid_at": clock.now()}
        ending = "refused" if destination.endswith(DECLINED) else "paid"
        with transaction.atomic(durable=True):
            row, made = SimulatedPayout.objects.get_or_create(ref=ref, defaults={**told, "ending": ending})
            if not made and not row.opened:
                row.fen, row.route, row.not_after, row.opened = fen, route, not_after, True
                row.save(update_fields=["fen", "route", "not_after", "opened"])
        return _said(row)

    def enquire_payout(self, ref: str) -> Said:
        """What became of a payout."""
        return _said(SimulatedPayout.objects.filter(ref=ref, opened=True).first())


def decide(ref: str, ending: str) -> Callback | None:
    """The payer (or a test) decides a charge: paid, refused, or unknown (the provider falls silent about it).

    Returns the signed callback to deliver, None for unknown. A charge past its time, or ended, stays as it is: the
    callback then tells what is. May be called before the charge is opened.
    """
    if ending not in ENDINGS:
        raise KeyError(ending)
    with transaction.atomic():
        SimulatedCharge.objects.get_or_create(ref=ref, defaults={"fen": 0, "opened": False})
        row = SimulatedCharge.objects.select_for_update().get(ref=ref)
        if row.ending in ("pending", "unknown") and not _expired(row):
            row.ending = ending
            row.paid_at = clock.now() if ending == "paid" else None
            row.save(update_fields=["ending", "paid_at"])
    return callback_of(row)


def decide_payout(ref: str, ending: str) -> None:
    """Decide a payout, also before it is asked for: paid, refused, pending or unknown."""
    if ending not in ENDINGS:
        raise KeyError(ending)
    with transaction.atomic():
        SimulatedPayout.objects.get_or_create(ref=ref, defaults={"opened": False})
        SimulatedPayout.objects.filter(ref=ref).update(ending=ending)


def callback_of(row: SimulatedCharge) -> Callback | None:
    """The signed message that tells how a charge stands; None while there is nothing to tell."""
    if row.ending not in ("paid", "refused"):
        return None
    told = {"ref": row.ref, "money": row.ending, "fen": row.fen}
    return sign_callback(json.dumps(told).encode(), clock.now())


def _said(row: SimulatedCharge | SimulatedPayout | None) -> Said:
    at = clock.now()
    if row is None:
        return Said(Money.NOT_FOUND, at)
    if row.ending == "unknown":
        raise ProviderSilent(row.ref)
    if row.ending == "pending" and _expired(row):
        return Said(Money.EXPIRED, at, provider_ref=f"sim-{row.pk}")
    url = _cashier(row.ref) if isinstance(row, SimulatedCharge) else ""
    code = "declined" if row.ending == "refused" else ""
    return Said(Money(row.ending), at, provider_ref=f"sim-{row.pk}", pay_url=url, code=code)


def _expired(row: SimulatedCharge | SimulatedPayout) -> bool:
    return row.not_after is not None and clock.now() > row.not_after


def _cashier(ref: str) -> str:
    """The cashier's page of the demo, found by name; none in a deployment without it."""
    try:
        return reverse("demo-cashier", args=[ref])
    except NoReverseMatch:
        return ""


def _outside() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("the provider must not be called inside a transaction (CONVENTIONS 6)")
