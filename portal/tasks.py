"""Thin tasks: ids in, one verb, as a named robot."""

from celery import shared_task
from django.db import transaction

from portal import audit
from portal.actors import robot
from portal.services import inbound, notices, purging, register, work_orders

SENDER = robot("sender")
SWEEP = robot("sweep")


@shared_task(name="portal.send_notice")
def send_notice(ref: str) -> None:
    """Send one notice."""
    notices.send_notice(ref, by=SENDER)


@shared_task(name="portal.send_code")
def send_code(ref: str) -> None:
    """Send one one-time code."""
    notices.send_code(ref, by=SENDER)


@shared_task(name="portal.sweep_notices")
def sweep_notices() -> None:
    """Send codes and notices whose nudge was lost."""
    notices.sweep(by=SWEEP)


@shared_task(name="portal.sweep_inbound")
def sweep_inbound() -> None:
    """Answer messages that nobody understood."""
    inbound.sweep(by=SWEEP)


@shared_task(name="portal.sweep_orders")
def sweep_orders() -> None:
    """Escalate orders that are overdue."""
    work_orders.sweep(by=SWEEP)


@shared_task(name="portal.sweep_numbers")
def sweep_numbers() -> None:
    """Make numbers recyclable whose freeze is over."""
    with transaction.atomic(durable=True):
        register.release_frozen(by=SWEEP)


@shared_task(name="portal.sweep_spent")
def sweep_spent() -> None:
    """Delete counters, codes and form keys that have served."""
    purging.purge(by=SWEEP)


@shared_task(name="portal.sweep_anchors")
def sweep_anchors() -> None:
    """Put the heads of the audit chains under a key outside the database."""
    audit.anchor()
