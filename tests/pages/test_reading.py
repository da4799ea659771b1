"""Rules, stores, and what belongs to the signed-in number."""

from __future__ import annotations

from django.test import Client

from portal.actors import Actor
from portal.models import LineAccount
from portal.queries.rules import all_rules
from portal.roles import Role
from portal.services.reveal import reveal


def test_each_rule_has_a_page(visitor: Client) -> None:
    for rule in all_rules().values():
        assert rule.title_zh in visitor.get(f"/rules/{rule.id}").content.decode()


def test_a_rule_is_found_in_small_letters_and_an_unknown_one_is_missing(visitor: Client) -> None:
    assert visitor.get("/rules/c-04").status_code == 200
    assert visitor.get("/rules/p-10a").status_code == 200
    assert visitor.get("/rules/C-99").status_code == 404


def test_only_own_stores_are_listed(visitor: Client) -> None:
    page = visitor.get("/stores", {"operator": "161", "province": "32"}).content.decode()
    assert "甲网新街口自有营业厅" in page
    assert "乙网" not in page.split("<main")[1].split("<section")[1]


def test_a_province_without_stores_says_what_to_do(visitor: Client) -> None:
    page = visitor.get("/stores", {"operator": "161", "province": "99\x00"}).content.decode()
    assert "请打客服电话" in page


def test_who_looked_is_shown_with_the_reason(subscriber: Client) -> None:
    assert "还没有人看过" in subscriber.get("/my/access").content.decode()
    by = Actor(Role.CLERK, "person:x", label="甲网江苏 0317")
    account = LineAccount.objects.get()
    reveal(
        account.number,
        "id_number",
        subject_ref=account.ref,
        case_ref="",
        province="35",
        reason="核对证件原件",
        by=by,
    )
    page = subscriber.get("/my/access").content.decode()
    assert "甲网江苏 0317" in page
    assert "理由：核对证件原件" in page


def test_my_page_links_to_what_there_is(subscriber: Client) -> None:
    page = subscriber.get("/my").content.decode()
    assert 'href="/my/access"' in page
    assert 'href="/my/notices"' in page


def test_a_signed_in_page_is_never_stored(subscriber: Client) -> None:
    assert subscriber.get("/my").headers["Cache-Control"] == "no-store"
