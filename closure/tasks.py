"""Nudges of closure: ids in, one verb. Each may be lost, doubled or late; the sweep needs none of them."""

from __future__ import annotations

from celery import shared_task

from closure.queries import by_ref
from closure.services import advance as driver
from closure.services import charging, claims, evidence, having_back, reminding, restoring, roaming, satisfaction
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


@shared_task(name="closure.claim")
def claim(ref: str) -> None:
    claims.advance(ref, by=robot("closer"))


@shared_task(name="closure.roaming")
def roaming_tail(ref: str) -> None:
    roaming.advance(ref, by=robot("closer"))


@shared_task(name="closure.have_back")
def have_back(ref: str) -> None:
    having_back.advance(ref, by=robot("closer"))


@shared_task(name="closure.sweep")
def sweep() -> None:
    driver.sweep(limit=20, by=robot("sweep"))
    restoring.sweep(limit=20, by=robot("sweep"))
    evidence.sweep(limit=20, by=robot("sweep"))
    claims.sweep(limit=20, by=robot("sweep"))
    roaming.sweep(limit=20, by=robot("sweep"))
    reminding.sweep(limit=20, by=robot("sweep"))
    having_back.sweep(limit=20, by=robot("sweep"))
    satisfaction.claim_replies(by=robot("sweep"))
    charging.sweep(limit=20, by=robot("sweep"))
