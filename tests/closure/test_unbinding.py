"""The checklist: what goes with the number, from the province's answers; one act acknowledges it (C-10)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from bss.simulated import BucketSpec, TieSpec
from closure.models import Case
from portal.models import AuditEntry, LineAccount
from tests.closure.conftest import World
from tests.closure.test_pages import signed_in

RICH = {
    "points": 4260,
    "equipment": ["光猫 1 台"],
    "coupons": ["流量券"],
    "subscriptions": [{"name": "视频会员", "monthly_fen": 1500}],
    "auto_pay": ["水费"],
    "ties": [TieSpec("t1", "family", "家庭套餐", "其他成员改按单价", 2900)],
    "buckets": [BucketSpec("g", "gifted", 500, "赠款")],
}
SAID = (
    "要还：光猫 1 台",
    "4260 积分",
    "流量券",
    "赠款 5.00 元",
    "水费不再自动扣费",
    "视频会员停用，每月 15.00 元",
    "家庭套餐：",
)


@pytest.fixture
def case(world: World, fujian: Callable[..., None]) -> Case:
    """A quoted case whose list was not acknowledged yet; the line has one of everything."""
    fujian(**RICH)
    return world.work(world.file())


@pytest.fixture
def browser(case: Case) -> Client:
    """The holder's."""
    return signed_in(LineAccount.objects.get(ref=case.account_ref))


def acknowledged(case: Case) -> dict[str, list[str]]:
    """What the audit keeps of the act."""
    facts: dict[str, list[str]] = json.loads(AuditEntry.objects.get(verb="closure.acknowledged").facts)
    return facts


def test_a_tie_that_costs_nothing_says_so_in_words_c_10(world: World, fujian: Callable[..., None]) -> None:
    fujian(ties=[TieSpec("t1", "family", "家庭套餐", "其他成员照旧", 0)])
    case = world.work(world.file())
    page = signed_in(LineAccount.objects.get(ref=case.account_ref)).get(f"/closure/{case.ref}/unbind")
    assert "以后不另收费" in page.content.decode()


def test_the_page_names_everything_the_province_named(browser: Client, case: Case) -> None:
    page = browser.get(f"/closure/{case.ref}/unbind").content.decode()
    assert [words for words in SAID if words not in page] == []


def test_one_act_suffices_and_says_what_was_shown(browser: Client, case: Case) -> None:
    assert browser.post(f"/closure/{case.ref}/unbind").status_code == 302
    found = acknowledged(case)
    assert {"bank", "equipment-0", "points-1", "family-6"} <= set(found["shown"])
    assert found["ticked"] == []


def test_what_was_ticked_is_kept_and_nothing_else_typed(browser: Client, case: Case) -> None:
    browser.post(f"/closure/{case.ref}/unbind", {"seen": ["bank", "points-1", "<script>", "13800000000"]})
    assert acknowledged(case)["ticked"] == ["bank", "points-1"]


def test_a_line_with_nothing_has_only_the_list_of_elsewhere(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    page = signed_in(LineAccount.objects.get(ref=case.account_ref)).get(f"/closure/{case.ref}/unbind").content.decode()
    assert page.count("<legend") == 1
