"""Nudges of closure: ids in, one verb. Each may be lost, doubled or late; the sweep needs none of them."""

from __future__ import annotations

from celery import shared_task

from closure.queries import by_ref, uncharged_due
from closure.services import advance as driver
from closure.services import charging, restoring
from portal.actors import robot


@shared_task(name="closure.advance")
def advance(case_ref: str) -> None:
    driver.advance(case_ref, by=robot("closer"))


@shared_task(name="closure.stop_charging")
def stop_charging(case_ref: str) -> None:
    case = by_ref(case_ref)
    if case is not None:
        charging.stop(case, by=robot("closer"))


@shared_task(name="closure.restore")
def restore(ref: str) -> None:
    restoring.advance(ref, by=robot("closer"))


@shared_task(name="closure.sweep")
def sweep() -> None:
    driver.sweep(limit=20, by=robot("sweep"))
    restoring.sweep(limit=20, by=robot("sweep"))
    for case in uncharged_due(limit=20):
        charging.stop(case, by=robot("sweep"))
