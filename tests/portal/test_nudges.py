"""A nudge comes after the commit, carries ids, and may be lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from django.db import transaction
from django.test import Client

from portal import nudges
from portal.actors import Actor
from portal.clock import frozen, now
from portal.masked import Phone
from portal.models import LineAccount, SmsMessage
from portal.nudges import nudge, send_now
from portal.servers.provision import Addresses
from portal.services import notices
from tests.databases import Servers


def queued(broker: redis.Redis) -> list[str]:
    """The names of the tasks that wait."""
    waiting = [one for key in broker.keys("*") if broker.type(key) == b"list" for one in broker.lrange(key, 0, -1)]
    return [json.loads(one)["headers"]["task"] for one in waiting]


def test_a_nudge_waits_for_the_commit(database: Addresses, valkey: redis.Redis) -> None:
    with transaction.atomic():
        nudge("portal.sweep_orders", "ref1")
        assert queued(valkey) == []
    assert queued(valkey) == ["portal.sweep_orders"]


def test_a_rolled_back_nudge_is_never_sent(database: Addresses, valkey: redis.Redis) -> None:
    with transaction.atomic():
        nudge("portal.sweep_orders", "ref1")
        transaction.set_rollback(True)
    assert queued(valkey) == []


def test_a_broker_that_is_away_stops_nobody_and_is_waited_for_once(database: Addresses, no_broker: None) -> None:
    with transaction.atomic():
        nudge("portal.sweep_orders", "ref1")
    start = time.monotonic()
    assert [send_now("portal.sweep_orders", "ref1") for _ in range(20)] == [False] * 20
    assert time.monotonic() - start < 0.5


def test_a_broker_that_is_back_is_used_again(
    database: Addresses, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudges.broker, "quiet_until", time.monotonic() + 0.1)
    assert send_now("portal.sweep_orders", "ref1") is False
    time.sleep(0.1)
    assert send_now("portal.sweep_orders", "ref1") is True


def test_a_nudge_carries_ids_only(fujian: Phone) -> None:
    with pytest.raises(TypeError, match="ids only"):
        send_now("portal.sweep_orders", fujian)  # type: ignore[arg-type]


FRESH = (
    "import django; django.setup(); from portal.nudges import send_now; raise SystemExit(not send_now('portal.x', 'r'))"
)


def test_a_process_that_only_serves_pages_sends_to_our_broker(servers: Servers, valkey: redis.Redis) -> None:
    environment = {**os.environ, "REDIS_URL": servers.redis_url, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    done = subprocess.run([sys.executable, "-c", FRESH], env=environment, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert queued(valkey) == ["portal.x"]


def test_a_form_sent_while_the_broker_is_away_answers_at_once_and_its_message_goes_out_later(
    line: LineAccount, sweep: Actor, no_broker: None
) -> None:
    browser = Client()
    browser.get("/sign-in")  # the templates are read
    start = time.monotonic()
    answer = browser.post("/sign-in", {"phone": line.number.plain})
    assert time.monotonic() - start < 1
    assert answer.status_code == 302
    assert SmsMessage.objects.count() == 0
    with frozen(now() + timedelta(seconds=6)):
        assert notices.sweep(by=sweep) == 1
    assert SmsMessage.objects.count() == 1
