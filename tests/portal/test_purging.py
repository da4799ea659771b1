"""What has served goes; what still counts stays."""

from __future__ import annotations

from datetime import timedelta

from portal.actors import ANONYMOUS, Actor
from portal.clock import frozen, now
from portal.masked import Phone
from portal.models import Budget, IdempotencyKey, OneTimeCode
from portal.servers.provision import Addresses
from portal.services.codes import request_code
from portal.services.purging import purge
from portal.tasks import sweep_anchors, sweep_inbound, sweep_notices, sweep_numbers, sweep_orders, sweep_spent
from tests.portal.test_idempotency import submit


def test_limits_and_keys_stay_as_long_as_they_count(database: Addresses, fujian: Phone, sweep: Actor) -> None:
    request_code(fujian, "sign-in", address="192.0.2.1", by=ANONYMOUS)
    submit("key12345", sweep)
    for days, left in ((1, (5, 1, 1)), (3, (0, 1, 1)), (8, (0, 0, 1)), (31, (0, 0, 0))):
        with frozen(now() + timedelta(days=days)):
            purge(by=sweep)
        assert (Budget.objects.count(), OneTimeCode.objects.count(), IdempotencyKey.objects.count()) == left


def test_every_sweep_runs_on_an_empty_house(database: Addresses) -> None:
    for task in (sweep_anchors, sweep_inbound, sweep_notices, sweep_numbers, sweep_orders, sweep_spent):
        assert task() is None
