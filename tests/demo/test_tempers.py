"""Changing how a province behaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from bss.gateway import Bss
from bss.simulated import LineSpec, plant
from bss.simulated.tempers import Temper, set_temper, temper_of
from demo.models import SeededProvince
from demo.sms import HandsetSms
from portal import clock
from portal.masked import Phone

FUJIAN = Bss("161", "35")


@pytest.fixture
def fujian(provinces: Callable[..., None]) -> Bss:
    """One seeded province."""
    provinces(FUJIAN)
    SeededProvince.objects.create(operator="161", province="35", seeded_at=clock.now())
    return FUJIAN


def changed(client: Client, **also: str) -> int:
    """What the page answers to a change of Fujian's temper."""
    body = {"operator": "161", "province": "35", "temper": "slow", "latency_ms": "700"}
    return client.post("/demo/tempers", body | also).status_code


def test_a_changed_temper_holds_from_the_next_exchange(fujian: Bss) -> None:
    assert changed(Client()) == 302
    mood = temper_of(fujian)
    assert (mood.temper, mood.latency_s) == (Temper.SLOW, 0.7)


@pytest.mark.parametrize(
    "also", [{"temper": "angry"}, {"latency_ms": "-1"}, {"latency_ms": "60001"}, {"province": "52"}, {"province": "99"}]
)
def test_a_temper_or_province_that_does_not_exist_is_refused(fujian: Bss, also: dict[str, str]) -> None:
    assert changed(Client(), **also) == 422
    assert temper_of(fujian).temper is Temper.HONEST


def test_one_press_makes_every_province_honest_again(fujian: Bss) -> None:
    set_temper(fujian, Temper.LYING)
    Client().post("/demo/tempers", {"reset": "1"})
    assert temper_of(fujian).temper is Temper.HONEST


def test_the_page_says_what_was_changed(fujian: Bss) -> None:
    changed(Client())
    assert "已改：甲网 福建 现在慢。" in Client().get("/demo/tempers?changed=161_35").content.decode()


def test_a_line_that_receives_no_messages_gets_none(fujian: Bss) -> None:
    plant(fujian, LineSpec(number="16135008301", holder_name="陈国强", holder_id="x", state="two_way", sms=False))
    assert not HandsetSms().send(Phone("16135008301"), "code", message_ref="a")
    assert HandsetSms().send(Phone("16135008302"), "code", message_ref="b")


def test_a_province_without_a_database_takes_messages(fujian: Bss) -> None:
    assert HandsetSms().send(Phone("16133008301"), "code", message_ref="a")


def test_an_obstructive_province_answers_the_checks_and_refuses_the_orders(fujian: Bss) -> None:
    changed(Client(), temper="obstructive")
    mood = temper_of(fujian)
    assert mood.obstructs("close_line")
    assert not mood.obstructs("identity")
