"""A claim for later roaming charges is disputed like a line of the quote: set aside, proved or void (C-03, C-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bss.simulated import BucketSpec, Temper, set_temper
from closure.models import Case, Claim, Dispute
from closure.queries import latest_findings
from closure.services import agreement, claims, disputes, evidence
from closure.words import shown
from portal import clock
from portal.errors import Conflict, Invalid
from portal.models import Notice, WorkOrder
from portal.services import subscribers, tokens
from settlement.simulated.provider import decide
from tests.api.conftest import Caller, for_line, raise_limits, said
from tests.closure.conftest import CONTACT, FUJIAN, ROBOT, World
from tests.closure.test_receipt import browser_of
from tests.closure.test_roaming import JAPAN, LAST, OVER_ON, billed, came, look

__all__ = ["billed"]
THEN = datetime(2027, 2, 1, 10, tzinfo=clock.SHANGHAI)


@pytest.fixture
def claim(billed: Callable[..., Case]) -> Claim:
    """12.34 for Japan, asked for after the last day."""
    billed(came(1234))
    look(OVER_ON)
    return Claim.objects.get()


def now(row: Claim) -> str:
    return Claim.objects.get(pk=row.pk).state


def contest(world: World, row: Claim) -> Dispute:
    with clock.frozen(THEN):
        return disputes.contest_claim(row, "not_used", words="没有出过境", by=world.by)


def test_a_disputed_claim_asks_for_nothing_and_its_evidence_is_owed_c_06(world: World, claim: Claim) -> None:
    row = contest(world, claim)
    assert (now(claim), row.state, row.fen, row.kind) == ("DISPUTED", "SET_ASIDE", 1234, "roaming")
    assert WorkOrder.objects.get(kind="evidence").due_at == THEN + timedelta(days=5)
    assert Notice.objects.filter(key="notice.closure.disputed").count() == 1
    with pytest.raises(Conflict):
        claims.pay(Claim.objects.get(pk=claim.pk), "card", by=world.by)


def test_a_claim_nobody_proves_in_five_days_is_void_c_03(world: World, claim: Claim) -> None:
    contest(world, claim)
    with clock.frozen(THEN + timedelta(days=5, minutes=1)):
        evidence.sweep(limit=5, by=ROBOT)
    assert (now(claim), Dispute.objects.get().state) == ("VOID", "DROPPED")


def test_a_claim_that_is_proved_and_accepted_is_paid_and_disputed_no_more_c_06(world: World, claim: Claim) -> None:
    row = contest(world, claim)
    set_temper(FUJIAN, Temper.HONEST, proves=True)
    with clock.frozen(THEN + timedelta(days=1)):
        evidence.sweep(limit=5, by=ROBOT)
        disputes.accept(Dispute.objects.get(pk=row.pk), by=world.by)
        assert (now(claim), Claim.objects.count()) == ("OPEN", 1)
        with pytest.raises(Conflict):
            disputes.contest_claim(claim, "amount", by=world.by)
        decide(claims.pay(Claim.objects.get(), "card", by=world.by).ref, "paid")
        claims.advance(claim.ref, by=ROBOT)
    assert now(claim) == "SETTLED"


def test_evidence_not_accepted_is_the_supervisors_and_may_be_given_up_c_03(world: World, claim: Claim) -> None:
    row = contest(world, claim)
    with clock.frozen(THEN + timedelta(days=1)):
        disputes.prove(row.ref, "cdr-1", "ab" * 32, "话单", by=ROBOT)
        disputes.contest(Dispute.objects.get(), "not_mine", by=world.by)
        assert (now(claim), WorkOrder.objects.filter(kind="dispute_review").count()) == ("DISPUTED", 1)
        disputes.concede(row.ref, by=ROBOT)
    assert now(claim) == "VOID"


def test_a_dispute_taken_back_leaves_the_claim_to_be_paid_or_disputed_again(world: World, claim: Claim) -> None:
    row = contest(world, claim)
    with clock.frozen(THEN):
        disputes.take_back(row, by=world.by)
    assert (now(claim), Dispute.objects.get().state) == ("OPEN", "ENDED")
    assert contest(world, claim).number == 2


def test_a_claim_being_paid_is_not_disputed_nor_for_no_reason(world: World, claim: Claim) -> None:
    with clock.frozen(THEN), pytest.raises(Invalid, match="reason"):
        disputes.contest_claim(claim, "because", by=world.by)
    with clock.frozen(THEN):
        payment = claims.pay(claim, "card", by=world.by)
    with pytest.raises(Conflict):
        contest(world, claim)
    decide(payment.ref, "paid")
    with clock.frozen(THEN):
        claims.advance(claim.ref, by=ROBOT)


def test_a_claim_is_disputed_in_the_api_and_a_stranger_finds_none_c_06(
    world: World, billed: Callable[..., Case]
) -> None:
    raise_limits()
    case = billed(came(1234))
    look(OVER_ON)
    with clock.frozen(THEN):
        subscribers.sign_in(CONTACT, ROBOT)
        path = f"closures/{case.ref}/claims/{Claim.objects.get().ref}/dispute"
        assert for_line(CONTACT).post(path, {"reason": "not_used"}).status_code == 404
        holder = Caller(tokens.issue_to_case(case.ref, by=ROBOT)[1])
        listed = said(holder.get(f"closures/{case.ref}/claims"))["items"][0]
        assert (listed["can_dispute"], listed["state"]) == (True, "OPEN")
        answer = holder.post(path, {"reason": "not_used", "words": "没有出过境"})
        assert (answer.status_code, said(answer)["state"], said(answer)["fen"]) == (201, "SET_ASIDE", 1234)
        assert holder.post(path, {"reason": "not_used"}).status_code == 409
        listed = said(holder.get(f"closures/{case.ref}/claims"))["items"][0]
        assert (listed["can_dispute"], listed["state"], listed["dispute_ref"]) == (
            False,
            "DISPUTED",
            said(answer)["ref"],
        )


def test_a_claim_is_disputed_on_its_page_with_a_reason_and_taken_back(billed: Callable[..., Case]) -> None:
    case = billed(came(1234))
    look(OVER_ON)
    with clock.frozen(THEN):
        browser, page = browser_of(case), f"/closure/{case.ref}/claims/{Claim.objects.get().ref}"
        assert f"{page}/dispute" in browser.get(page).content.decode()
        text = browser.get(f"{page}/dispute").content.decode()
        assert [one for one in ("12.34", "5 天内拿出依据，拿不出就不收", page) if one not in text] == []
        assert browser.post(f"{page}/dispute", {}).status_code == 422
        where = browser.post(f"{page}/dispute", {"reason": "amount", "words": ""}).headers["Location"]
        assert "有争议，先放一边" in browser.get(where).content.decode()
        assert "您有异议，先不用付" in browser.get(page).content.decode()
        assert browser.get(f"{page}/dispute").headers["Location"] == page
        assert browser.post(where, {"action": "back"}).headers["Location"] == page
        assert "等您付" in browser.get(page).content.decode()


def test_what_the_finding_says_follows_the_way_that_was_agreed_c_06(world: World, fujian: Callable[..., None]) -> None:
    fujian(roamed=[JAPAN], roaming_by=LAST, buckets=[BucketSpec("b1", "own", 30000)])
    case = world.quoted()
    row = latest_findings(case).get(key="roaming.tail")
    assert "再付不迟" in shown.finding_card(row, case, {}, "zh")["remedy"]
    agreement.agree(case, "keep", 1, by=world.by)
    assert "多退少补" in shown.finding_card(row, case, {}, "zh")["remedy"]
