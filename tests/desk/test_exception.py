"""A supervisor decides an exception at the desk: with a reason, within the scope, and nobody else (C-09, D-10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from closure.models import Case, Mandate
from closure.services import exceptions
from tests.closure.conftest import World, fujian, world
from tests.closure.test_mandate import filed
from tests.closure.test_standing import PNG
from tests.overseen import entered

__all__ = ["fujian", "world"]
DENIED = {"outcome": "deny", "reason": "材料不足以说明"}


@pytest.fixture
def asked(world: World, fujian: Callable[..., None]) -> Case:
    """A delegate's case in Jiangsu whose exception was asked for."""
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    return case


def test_a_supervisor_reads_why_and_decides_with_a_reason_d_10(asked: Case) -> None:
    chief, page = entered("supervisor"), f"/desk/cases/{asked.ref}/exception"
    assert page in chief.get(f"/desk/cases/{asked.ref}").content.decode()
    assert "母亲住院，来不了" in chief.get(page).content.decode()
    assert [chief.post(page, body).status_code for body in ({}, {"outcome": "grant", "reason": "短"})] == [422, 422]
    assert (
        chief.post(page, {"outcome": "grant", "reason": "住院证明已看"}).headers["Location"]
        == f"/desk/cases/{asked.ref}"
    )
    row = Mandate.objects.get()
    assert (row.exception, row.exception_decided_by.startswith("person:")) == ("granted", True)
    assert chief.get(page).status_code == 404


def test_a_supervisor_may_deny(asked: Case) -> None:
    assert entered("supervisor").post(f"/desk/cases/{asked.ref}/exception", DENIED).status_code == 302
    assert Mandate.objects.get().exception == "denied"


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("clerk2", 403), ("national", 403)])
def test_nobody_else_decides(asked: Case, who: str, status: int) -> None:
    browser: Client = entered(who)
    assert browser.post(f"/desk/cases/{asked.ref}/exception", DENIED).status_code == status
    assert "/exception" not in browser.get(f"/desk/cases/{asked.ref}").content.decode()
    assert Mandate.objects.get().exception == "asked"
