"""Tasks: one payment, one payout, the sweep that depends on no message; closing and reconciling the books."""

from __future__ import annotations

from functools import partial

from celery import shared_task

from portal.actors import robot
from portal.sweeping import one_by_one
from settlement import queries
from settlement.models import Payment, Payout
from settlement.services import counting, freezing, invoice_papers, payments, payouts, reconciling, statement_papers


@shared_task(name="settlement.run_payment")
def run_payment(payment_ref: str) -> None:
    """Bring one payment nearer its end."""
    payments.run(payment_ref, by=robot("cashier"))


@shared_task(name="settlement.run_payout")
def run_payout(payout_ref: str) -> None:
    """Bring one payout nearer its end."""
    payouts.run(payout_ref, by=robot("cashier"))


@shared_task(name="settlement.sweep")
def sweep() -> None:
    """Everything due: unopened charges, unknown outcomes, pages the payer left, invoices to print."""
    by = robot("sweep")
    for pk, ref in queries.due_payments():
        one_by_one(Payment, pk, partial(payments.run, ref, by=by))
    for pk, ref in queries.due_payouts():
        one_by_one(Payout, pk, partial(payouts.run, ref, by=by))
    invoice_papers.print_due(by=robot("bookkeeper"))


@shared_task(name="settlement.close_books")
def close_books() -> None:
    """Bring the daily totals up to date, freeze every month that is over, print what was frozen."""
    by = robot("bookkeeper")
    counting.count()
    freezing.freeze_due(by=by)
    statement_papers.print_due(by=by)


@shared_task(name="settlement.reconcile")
def reconcile() -> None:
    """Yesterday's books, once their hour has come, and the runs that wait for an answer (S-03)."""
    by = robot("reconciler")
    reconciling.start_daily(by=by)
    reconciling.sweep(by=by)
