"""The pages of a dispute and of a claim: asked once, said where it stands, 404 for strangers (C-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from bss.simulated import BillSpec, ContractSpec
from closure.models import Case, Claim, Dispute
from closure.services import disputes, unbinding
from portal.actors import robot
from portal.services import subscribers
from settlement.models import Payment
from tests.closure.conftest import CONTACT, NUMBER, ROBOT, World
from tests.closure.test_disputes import settle
from tests.closure.test_pages import file_by_pages, signed_in

OWED = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Client:
    """The holder's browser with a quoted case: a bill, a late fee, a penalty."""
    fujian(bills=[OWED], contracts=[PAPER])
    browser = signed_in(subscribers.sign_in(NUMBER, robot("test")))
    ref = file_by_pages(browser)
    world.work(Case.objects.get(ref=ref))
    unbinding.acknowledge(Case.objects.get(ref=ref), by=world.by)
    return browser


def disputed(owner: Client) -> Dispute:
    ref, form = Case.objects.get().ref, {"reason": "months", "quote": "1", "words": ""}
    answer = owner.post(f"/closure/{ref}/fees/3/dispute", form)
    assert answer.headers["Location"] == f"/closure/{ref}/result"
    return Dispute.objects.get()


def test_the_result_offers_to_dispute_each_charge_and_the_contract(owner: Client) -> None:
    page = owner.get(f"/closure/{Case.objects.get().ref}/result").content.decode()
    assert [f"/fees/{n}/dispute" in page for n in (1, 2, 3)] == [True] * 3
    assert "提出对违约金的异议" in page


def test_the_dispute_page_says_what_follows(owner: Client) -> None:
    page = owner.get(f"/closure/{Case.objects.get().ref}/fees/3/dispute").content.decode()
    assert "5 天内拿出依据，拿不出就不收" in page


def test_a_dispute_without_a_reason_is_asked_again(owner: Client) -> None:
    ref = Case.objects.get().ref
    assert owner.post(f"/closure/{ref}/fees/3/dispute", {"quote": "1"}).status_code == 422
    assert not Dispute.objects.exists()


def test_a_disputed_line_is_shown_struck_with_where_it_stands(owner: Client) -> None:
    row = disputed(owner)
    page = owner.get(f"/closure/{Case.objects.get().ref}/result").content.decode()
    assert "有争议，先放一边" in page
    assert f"/disputes/{row.ref}" in page


def test_the_evidence_is_accepted_and_paid_on_its_own_page_after_the_closing(world: World, owner: Client) -> None:
    row = disputes.prove(disputed(owner).ref, "d1", "ab" * 32, "签过字", by=ROBOT)
    address = f"/closure/{row.case.ref}/disputes/{row.ref}"
    assert "签过字" in owner.get(address).content.decode()
    where = owner.post(address, {"action": "accept"}).headers["Location"]
    assert where.endswith(Claim.objects.get().ref)
    assert "销户后再付" in owner.get(where).content.decode()
    assert settle(world, Case.objects.get()).state == "CLOSED"
    assert owner.post(where, {"method": "card"}).status_code == 302
    assert Payment.objects.get(case_ref=Claim.objects.get().ref).fen == 12180


def test_evidence_is_not_accepted_with_a_reason_only(owner: Client) -> None:
    row = disputes.prove(disputed(owner).ref, "d1", "ab" * 32, "", by=ROBOT)
    address = f"/closure/{row.case.ref}/disputes/{row.ref}"
    assert owner.post(address, {"action": "contest"}).status_code == 422
    assert owner.post(address, {"action": "contest", "reason": "not_mine"}).status_code == 302
    assert "主管在复核" in owner.get(address).content.decode()


def test_a_stranger_sees_neither_dispute_nor_claim(owner: Client) -> None:
    row = disputes.prove(disputed(owner).ref, "d1", "ab" * 32, "", by=ROBOT)
    disputes.accept(row, by=robot("test"))
    stranger = signed_in(subscribers.sign_in(CONTACT, robot("test")))
    where = (f"disputes/{row.ref}", f"claims/{Claim.objects.get().ref}", "fees/3/dispute")
    assert {stranger.get(f"/closure/{row.case.ref}/{one}").status_code for one in where} == {404}
