"""The three doors."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from demo.apps import DemoConfig
from demo.cast.staff import CLERK, NATIONAL, StaffMember
from demo.cast.subscribers import cast
from demo.queries import person_of
from demo.services import handsets
from demo.services import staff as demo_staff
from portal import clock
from portal.actors import robot
from portal.rules.totp import code_at
from portal.servers.provision import Addresses
from portal.services import staff
from tests.overseen import entered

BY = robot("test")


@pytest.mark.parametrize(
    ("username", "home"),
    [
        ("clerk", "/desk"),
        ("supervisor", "/desk"),
        ("finance", "/settlement/accounts"),
        ("fujian", "/oversight"),
        ("national", "/oversight"),
    ],
)
def test_one_click_leads_each_role_to_its_own_page(database: Addresses, username: str, home: str) -> None:
    demo_staff.enrol_all(by=BY)
    client = Client()
    assert client.post("/demo/enter", {"username": username}).headers["Location"] == home
    assert client.get(home).status_code == 200


def test_a_click_for_nobody_is_not_found(database: Addresses) -> None:
    demo_staff.enrol_all(by=BY)
    assert Client().post("/demo/enter", {"username": "root"}).status_code == 404


def test_only_a_post_signs_in(database: Addresses) -> None:
    demo_staff.enrol_all(by=BY)
    assert Client().get("/demo/enter?username=clerk").status_code == 405


def test_the_one_click_door_is_shut_outside_demo_settings(database: Addresses, settings: Settings) -> None:
    demo_staff.enrol_all(by=BY)
    settings.DEMO = False
    assert Client().post("/demo/enter", {"username": "clerk"}).status_code == 404


def test_the_demo_refuses_to_be_installed_outside_demo_settings(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured):
        DemoConfig.create("demo").ready()


@pytest.mark.parametrize("member", [CLERK, NATIONAL], ids=lambda member: member.username)
def test_the_shown_credentials_open_the_real_door_too(database: Addresses, member: StaffMember) -> None:
    demo_staff.enrol_all(by=BY)
    person = person_of(member.username)
    assert person is not None
    code = code_at(str(person.totp), clock.now())
    assert staff.sign_in(member.username, member.password, code, address="") == person


def test_the_door_shows_what_one_needs_to_walk_in(database: Addresses) -> None:
    (line,) = [one for one in cast(clock.today()) if one.key == "holder_mismatch"]
    handsets.open_handset(line.number, story=line.key, by=BY)
    page = entered("clerk").get("/demo/").content.decode()
    assert line.user.name in page
    assert line.user.id_number.plain in page
    assert line.spec.holder_name not in page


def test_the_door_says_when_there_is_no_world_yet(database: Addresses) -> None:
    assert "seed_demo" in Client().get("/demo/").content.decode()
