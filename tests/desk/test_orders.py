"""Orders at the desk: the home province answers, the visited store chases and sends; scope first (C-17, D-05)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from closure import states
from closure.models import Case, Supplement
from portal import clock, work_orders
from portal.deadlines import hours_after
from portal.masked import Phone
from portal.models import AuditEntry, WorkOrder
from portal.sealing import ensure_key
from portal.servers.provision import Addresses
from tests.overseen import ROBOT, a_case, entered

PDF = b"%PDF-1.4\n%%EOF\n"


def an_order(case: Case, key: str = "untie:1", kind: str = "untie", **also: Any) -> WorkOrder:
    """An order, a tie's unless told otherwise, due tomorrow."""
    facts = {"id": "t1", "kind": "family", "name": "家庭套餐", "change": "移出", "price_fen": 0, "on": None}
    ensure_key(case.ref)
    with transaction.atomic():
        return work_orders.open_order(
            kind,
            key=key,
            case_ref=case.ref,
            operator=case.operator,
            province=case.province,
            facts={**facts, "visiting": case.visiting_province},
            due_at=also.get("due_at", hours_after(clock.now(), 24, "C-07").at),
            by=ROBOT,
        )


@pytest.fixture
def home(database: Addresses) -> tuple[Client, WorkOrder]:
    """An order that Jiangsu has to answer, and Jiangsu's clerk."""
    contact = Phone("16132000088")
    case = a_case("16132000002", province="32", visiting_province="35", state=states.QUOTED, contact=contact)
    return entered("clerk"), an_order(case)


@pytest.fixture
def store(database: Addresses) -> tuple[Client, WorkOrder]:
    """An order that Fujian has to answer, sent from Jiangsu, and Jiangsu's clerk."""
    return entered("clerk"), an_order(a_case("16135000002", state=states.QUOTED))


def test_the_home_provinces_clerk_answers(home: tuple[Client, WorkOrder]) -> None:
    clerk, order = home
    answer = clerk.post(f"/desk/orders/{order.ref}", {"action": "answer", "result": "closed", "missing": ""})
    assert answer.headers["Location"] == "/desk/orders"
    assert WorkOrder.objects.get().result == "closed"
    assert order.answers.get().store == "南京新街口店"


@pytest.mark.parametrize(("kind", "title"), [("undo", "恢复原状没办成"), ("refund", "退款没办成")])
def test_what_must_be_done_is_listed_and_can_only_be_done(
    home: tuple[Client, WorkOrder], kind: str, title: str
) -> None:
    clerk, order = home
    must = an_order(Case.objects.get(ref=order.case_ref), key=f"{kind}:1", kind=kind)
    assert title in clerk.get("/desk/orders").content.decode()
    page = f"/desk/orders/{must.ref}"
    assert title in clerk.get(page).content.decode()
    refused = clerk.post(page, {"action": "answer", "result": "user_reason", "missing": "不办"})
    assert (refused.status_code, "必须办成" in refused.content.decode()) == (422, True)
    clerk.post(page, {"action": "answer", "result": "closed", "missing": ""})
    assert WorkOrder.objects.get(pk=must.pk).state == "ANSWERED"


def test_a_return_names_what_is_missing(home: tuple[Client, WorkOrder]) -> None:
    clerk, order = home
    returned = {"action": "answer", "result": "attachment_missing", "missing": "户主同意书\n身份证正面"}
    assert clerk.post(f"/desk/orders/{order.ref}", {**returned, "missing": ""}).status_code == 422
    assert clerk.post(f"/desk/orders/{order.ref}", returned).status_code == 302
    assert WorkOrder.objects.get().missing == ["户主同意书", "身份证正面"]


@pytest.mark.parametrize("form", [{}, {"result": "maybe"}, {"result": "\x00"}])
def test_an_answer_without_a_result_is_refused(home: tuple[Client, WorkOrder], form: dict[str, str]) -> None:
    clerk, order = home
    assert clerk.post(f"/desk/orders/{order.ref}", {"action": "answer", **form}).status_code == 422
    assert WorkOrder.objects.get().state == "OPEN"


def test_the_visited_store_chases_and_does_not_answer(store: tuple[Client, WorkOrder]) -> None:
    clerk, order = store
    assert clerk.post(f"/desk/orders/{order.ref}", {"action": "chase"}).status_code == 302
    assert clerk.post(f"/desk/orders/{order.ref}", {"action": "chase"}).status_code == 429
    assert clerk.post(f"/desk/orders/{order.ref}", {"action": "answer", "result": "closed"}).status_code == 403
    assert (WorkOrder.objects.get().state, WorkOrder.objects.get().chases) == ("CHASED", 1)


def test_the_visited_store_sends_what_was_missing_and_a_look_at_it_is_recorded(
    store: tuple[Client, WorkOrder],
) -> None:
    clerk, order = store
    work_orders.answer_order(order.key, "attachment_missing", missing=["同意书"], by=ROBOT)
    sent = {"action": "supply", "sends": 1, "note": "", "attachment": SimpleUploadedFile("x.pdf", PDF)}
    assert clerk.post(f"/desk/orders/{order.ref}", sent).status_code == 302
    row = Supplement.objects.get()
    answer = clerk.post(f"/desk/orders/{order.ref}/files/{row.ref}")
    assert (answer.content, answer.headers["Cache-Control"]) == (PDF, "no-store")
    assert AuditEntry.objects.filter(verb="reveal", subject_ref=row.case.account_ref).count() == 1
    assert clerk.get(f"/desk/orders/{order.ref}/files/{row.ref}").status_code == 404


def test_the_list_divides_what_to_answer_from_what_was_sent(database: Addresses) -> None:
    an_order(a_case("16135000002", state=states.QUOTED), "untie:1")
    an_order(a_case("16132000003", province="32", visiting_province="35", state=states.QUOTED), "untie:2")
    clerk = entered("clerk")
    found = {tab: clerk.get(f"/desk/orders?tab={tab}").content.decode() for tab in ("all", "routed", "here")}
    assert ["0002" in found[tab] for tab in found] == [True, False, True]
    assert ["0003" in found[tab] for tab in found] == [True, True, False]


def test_the_list_goes_on_after_fifty_orders(database: Addresses) -> None:
    case = a_case("16135000002", state=states.QUOTED)
    for n in range(53):
        an_order(case, f"untie:{n}", due_at=None if n < 2 else hours_after(clock.now(), n % 3, "C-07").at)
    clerk = entered("clerk")
    first = clerk.get("/desk/orders").content.decode()
    onward = re.search(r'href="\?(tab=all&amp;after=[^"]+)"', first)
    assert onward is not None
    second = clerk.get("/desk/orders?" + onward[1].replace("&amp;", "&")).content.decode()
    refs = [re.findall(r"/desk/orders/([a-z0-9]{26})", page) for page in (first, second)]
    assert (len(refs[0]), len(refs[1]), len({*refs[0], *refs[1]})) == (50, 3, 53)


def test_another_operators_order_is_not_there(database: Addresses) -> None:
    order = an_order(a_case("16135000002"))
    other = entered("clerk2")
    assert other.get(f"/desk/orders/{order.ref}").status_code == 404
    assert "0002" not in other.get("/desk/orders").content.decode()


def test_the_pages_hold_no_full_number_name_or_id(store: tuple[Client, WorkOrder]) -> None:
    clerk, order = store
    case = Case.objects.get()
    pages = "".join(clerk.get(where).content.decode() for where in ("/desk/orders", f"/desk/orders/{order.ref}"))
    assert case.number.masked in pages
    assert not any(secret in pages for secret in (case.number.plain, case.name.plain, case.id_number.plain))
