"""A message that says "look": after the commit, by name, with ids only, and it may be lost (CONVENTIONS 5)."""

import logging
import time

from django.db import transaction

from portal.celery_app import app

log = logging.getLogger(__name__)

QUIET_S = 5.0


class Broker:
    """Remembers that the broker was away, so that a form does not wait for it again and again.

    Finding out that a broker is gone may take seconds; the sweep comes by within as many. Per process, no lock: at
    worst two threads try.
    """

    def __init__(self) -> None:
        self.quiet_until = 0.0

    def send(self, task_name: str, ids: tuple[str | int, ...]) -> bool:
        """Hand the message over; False when it was not taken or not tried."""
        if time.monotonic() < self.quiet_until:
            return False
        try:
            app.send_task(task_name, args=ids, ignore_result=True, retry=False)
        except Exception as error:
            # The row is the truth and its sweep will come by; a form must not fail because the broker is away.
            self.quiet_until = time.monotonic() + QUIET_S
            log.warning("nudge %s not sent: %s", task_name, type(error).__name__)
            return False
        return True


broker = Broker()


def send_now(task_name: str, *ids: str | int) -> bool:
    """Try to send a nudge at once; says whether the broker took it and never raises for the broker's sake."""
    if not all(type(one) in (str, int) for one in ids):
        raise TypeError("a nudge carries ids only")
    return broker.send(task_name, ids)


def nudge(task_name: str, *ids: str | int) -> None:
    """Send a nudge when the open transaction commits (at once when none is open)."""
    transaction.on_commit(lambda: send_now(task_name, *ids) and None, robust=True)
