"""A message that says "look": after the commit, by name, with ids only, and it may be lost (CONVENTIONS 5)."""

import logging

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)


def send_now(task_name: str, *ids: str | int) -> bool:
    """Try to send a nudge at once; says whether the broker took it and never raises."""
    if not all(type(one) in (str, int) for one in ids):
        raise TypeError("a nudge carries ids only")
    try:
        current_app.send_task(task_name, args=ids, ignore_result=True, retry=False)
    except Exception as error:
        # The row is the truth and its sweep will come by; a form must not fail because the broker is away.
        log.warning("nudge %s not sent: %s", task_name, type(error).__name__)
        return False
    return True


def nudge(task_name: str, *ids: str | int) -> None:
    """Send a nudge when the open transaction commits (at once when none is open)."""
    transaction.on_commit(lambda: send_now(task_name, *ids) and None, robust=True)
