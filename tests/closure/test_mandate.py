"""Somebody acts for the holder: papers first, both IDs recorded, originals in any own store (C-09, C-24, C-25)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from bss.simulated import plant
from closure import mandates, states
from closure.models import Case, Mandate, Paper, Sighting
from closure.queries import latest_findings
from closure.services import exceptions, filing, mandate, papers, standing, verification
from portal import clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Missing, Refused, TooMany
from portal.masked import IdNumber, PersonName, Phone
from portal.models import Notice, ParameterValue, WorkOrder
from portal.moving import move
from portal.queries.mine import looks_at_mine
from portal.queries.people import line_actor
from portal.roles import Role
from portal.rules.identity import demo_id
from portal.sealing import Unsealable, destroy_key
from portal.servers.process import wait_for
from portal.services import subscribers
from tests.closure.conftest import CONTACT, FUJIAN, HOLDER, ID, MORNING, NUMBER, ROBOT, World, a_line
from tests.closure.papers import a_file, a_png
from tests.closure.test_pages import signed_in
from tests.closure.test_standing import CLERK, FAR, OTHER, PNG
from tests.waiting import waiting

AGENT, AGENT_ID = PersonName("林小芳"), demo_id("35", date(1985, 3, 2), 21)
ANOTHER, ANOTHER_ID = PersonName("陈大海"), demo_id("35", date(1950, 5, 6), 33)
UNIT, UNIT_ID = PersonName("甲木商贸有限公司"), IdNumber("91350100M000100Y43")
ELSEWHERE = Phone("16135008888")
HOME = Actor(Role.CLERK, "person:lin", operator="161", province="35", store="厦门店", label="甲网福建 0007")
CHIEF = Actor(
    Role.SUPERVISOR,
    "person:shen",
    operator="161",
    province="32",
    store="南京新街口店",
    label="甲网江苏 1001",
    present=True,
)
ORIGINALS = {kind: list(names) for kind, names in mandates.PAPERS.items()}


def sent(kind: str) -> dict[str, bytes]:
    """A picture of each paper."""
    return {name: a_png() for name in mandates.PAPERS[kind]}


def filed(world: World, kind: str, *, visiting: str = "32", holder: Any = (HOLDER, ID), photo: bytes = b"") -> Case:
    """A case filed by somebody who acts, with all papers, worked as far as it goes."""
    draft = world.draft(*holder)
    filing.set_place(draft, visiting, by=world.by)
    if photo:
        standing.compare(draft, standing.AGENT, (AGENT, AGENT_ID), photo, by=world.by)
    mandate.offer(draft, kind, (AGENT, AGENT_ID), sent(kind), by=world.by)
    return world.work(filing.file(draft, by=world.by))


def keys_of(case: Case) -> list[str]:
    """The findings in force."""
    return [row.key for row in latest_findings(case)]


def test_originals_seen_while_a_check_is_being_concluded_are_not_forgotten(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    ref = filed(world, "delegate", visiting="35").mandate.ref
    case = mandate.review(ref, "accepted", by=HOME).case

    def see() -> None:
        try:
            mandate.see_originals(ref, seen=ORIGINALS["delegate"], by_eye=True, by=HOME)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            concluding = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
            assert concluding.state == states.VERIFYING
            seen = pool.submit(see)
            wait_for(lambda: waiting() == 1, what="somebody who wants the case looked at again", limit_s=20)
            move(concluding, states.HELD, by=ROBOT, reason="findings")
        seen.result(20)
    assert world.work(case).state == states.QUOTED


def test_a_delegate_at_home_goes_on_once_the_letter_is_read(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", visiting="35", photo=PNG)
    assert (case.state, keys_of(case)) == (states.HELD, ["mandate.submitted"])
    assert (case.owner, case.limit_at) == ("counter", MORNING + timedelta(hours=24))
    row = mandate.review(case.mandate.ref, "accepted", by=HOME)
    assert row.state == mandates.PROVED
    assert world.work(case).state == states.QUOTED


def test_papers_read_for_one_holder_close_no_number_of_another(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "heir", holder=(ANOTHER, ANOTHER_ID))
    assert "identity.mismatch" in keys_of(case)
    with pytest.raises(Conflict, match=r"standing\.papers"):
        verification.again(case, holder=(HOLDER, ID), by=world.by)
    assert Case.objects.get(pk=case.pk).state == states.HELD


def test_a_draft_with_papers_takes_no_other_holder_and_another_holder_takes_no_papers(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    draft = world.draft()
    mandate.offer(draft, "heir", (AGENT, AGENT_ID), sent("heir"), by=world.by)
    with pytest.raises(Conflict, match=r"standing\.papers"):
        filing.set_holder(draft, ANOTHER, ANOTHER_ID, by=world.by)
    filing.act_for(draft, NUMBER, holder=(ANOTHER, ANOTHER_ID), own=True, by=world.by)
    assert (Mandate.objects.count(), draft.papers.count()) == (0, 0)


def test_originals_are_seen_in_a_store_and_nowhere_else(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "heir")
    mandate.review(case.mandate.ref, "accepted", by=HOME)
    with pytest.raises(Refused):
        mandate.see_originals(case.mandate.ref, seen=ORIGINALS["heir"], by_eye=True, by=replace(HOME, store=""))
    assert Mandate.objects.get().state == mandates.ACCEPTED


def test_both_persons_are_checked_and_recorded(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", visiting="35", photo=PNG)
    row = Mandate.objects.get(case=case)
    assert (row.agent_name, row.agent_id, case.name, case.id_number) == (AGENT, AGENT_ID, HOLDER, ID)
    assert Sighting.objects.get(person="agent").result == "match"
    assert case.checks.get(question="identity").ending == "done"
    with connection.cursor() as cursor:
        cursor.execute("SELECT closure_mandate::text FROM closure_mandate")
        assert AGENT_ID.plain not in str(cursor.fetchone())


def test_a_delegate_without_a_photo_shows_the_id_in_any_own_store(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", visiting="35")
    row = mandate.review(case.mandate.ref, "accepted", by=HOME)
    assert row.state == mandates.ACCEPTED
    assert keys_of(world.work(case)) == ["mandate.accepted"]
    mandate.see_originals(row.ref, seen=["letter"], by_eye=True, by=HOME)
    assert world.work(case).state == states.QUOTED
    assert Sighting.objects.get(person="agent", way="store").result == "by_eye"


def test_a_delegate_across_provinces_needs_an_exception(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    mandate.review(case.mandate.ref, "accepted", by=CLERK)
    assert keys_of(world.work(case)) == ["mandate.policy_closed"]
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    assert keys_of(world.work(case)) == ["mandate.policy_asked"]
    exceptions.decide(case.mandate.ref, grant=True, reason="住院证明已看", by=CHIEF)
    assert world.work(case).state == states.QUOTED


def test_an_exception_denied_is_told_and_the_case_stays_held(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    exceptions.decide(case.mandate.ref, grant=False, reason="材料不足以说明", by=CHIEF)
    assert keys_of(world.work(case)) == ["mandate.policy_denied"]
    assert Notice.objects.filter(key="notice.closure.exception_denied", case_ref=case.ref).count() == 1


def test_an_exception_waits_for_a_supervisor_until_a_stated_time(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    case = world.work(case)
    assert (case.owner, case.limit_at) == ("counter", MORNING + timedelta(hours=24))
    with clock.frozen(MORNING + timedelta(hours=25)):
        work_orders.sweep(by=ROBOT)
    assert WorkOrder.objects.get(kind="exception").state == "ESCALATED"


def test_four_eyes_decide_an_exception(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "机主在国外", by=CHIEF)
    for by in (CHIEF, CLERK, FAR):
        with pytest.raises((Refused, Missing)):
            exceptions.decide(case.mandate.ref, grant=True, reason="自己批自己", by=by)
    assert Mandate.objects.get(case=case).exception == mandates.ASKED


@pytest.mark.parametrize("by", [replace(CHIEF, ref="system:0"), replace(CHIEF, present=False)])
def test_no_token_decides_an_exception_whoever_holds_it_d_10(
    world: World, fujian: Callable[..., None], by: Actor
) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    with pytest.raises(Refused, match=r"exception\.person"):
        exceptions.decide(case.mandate.ref, grant=True, reason="住院证明已看", by=replace(by, present=False))
    assert Mandate.objects.get(case=case).exception == mandates.ASKED


def test_who_decided_an_exception_is_kept_and_reads_no_papers_of_it_d_10(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    exceptions.decide(case.mandate.ref, grant=True, reason="住院证明已看", by=CHIEF)
    assert Mandate.objects.get(case=case).exception_decided_by == CHIEF.ref
    with pytest.raises(Refused, match="four_eyes"):
        mandate.review(case.mandate.ref, "accepted", by=CHIEF)


@pytest.mark.parametrize("decided_by", ["", "system:0", "person:li", "person:asked"])
def test_the_database_takes_no_decision_without_a_second_person_d_10(
    world: World, fujian: Callable[..., None], decided_by: str
) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    rows = Mandate.objects.filter(case=case)
    rows.update(exception="asked", exception_by="person:asked", reviewed_by="person:li")
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        rows.update(exception="granted", exception_decided_by=decided_by)
    with transaction.atomic():
        assert rows.update(exception="granted", exception_decided_by="person:shen") == 1


def test_an_exception_is_decided_with_a_reason_and_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    exceptions.ask(case, "母亲住院，来不了", by=world.by)
    with pytest.raises(Invalid, match="reason"):
        exceptions.decide(case.mandate.ref, grant=True, reason=" ", by=CHIEF)
    exceptions.decide(case.mandate.ref, grant=True, reason="住院证明已看", by=CHIEF)
    with pytest.raises(Conflict):
        exceptions.decide(case.mandate.ref, grant=False, reason="又想了想", by=CHIEF)
    with pytest.raises(Conflict):
        exceptions.ask(case, "再申请一次", by=world.by)


@pytest.mark.parametrize("kind", ["heir", "guardian", "unit"])
def test_papers_first_then_originals_in_any_own_store(world: World, fujian: Callable[..., None], kind: str) -> None:
    holder = plant_holder(kind)
    case = filed(world, kind, holder=holder)
    assert keys_of(case) == ["mandate.submitted"]
    row = mandate.review(case.mandate.ref, "accepted", by=CLERK)
    assert (row.state, row.due_at) == (mandates.ACCEPTED, case.lapse_at)
    assert keys_of(world.work(case)) == ["mandate.accepted"]
    mandate.see_originals(row.ref, seen=ORIGINALS[kind], photo=PNG, by=CLERK)
    case = world.work(case)
    assert (case.state, case.charging_stopped_at) == (states.QUOTED, MORNING)
    assert all(paper.original_seen_by == CLERK.ref for paper in case.papers.all())


def plant_holder(kind: str) -> tuple[PersonName, IdNumber]:
    """The line of somebody for whom this kind of mandate acts; gives name and document."""
    child = demo_id("35", date(2012, 5, 4), 9)
    name, number = {"unit": (UNIT, UNIT_ID), "guardian": (HOLDER, child), "heir": (HOLDER, ID)}[kind]
    holder_kind = {"unit": "unit", "heir": "heir", "guardian": "person"}[kind]
    plant(FUJIAN, replace(a_line(), holder_name=name.plain, holder_id=number.plain, holder_kind=holder_kind))
    return name, number


@pytest.mark.parametrize("kind", ["heir", "guardian", "unit"])
def test_a_holder_who_cannot_act_holds_the_case_and_the_person_can_go_on(
    world: World, fujian: Callable[..., None], kind: str
) -> None:
    name, number = plant_holder(kind)
    case = world.work(world.file(name=name, id_number=number))
    wanted = {"heir": "identity.heir", "guardian": "identity.minor", "unit": "identity.unit"}[kind]
    assert (case.state, wanted in keys_of(case)) == (states.HELD, True)
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    page = f"/closure/{case.ref}/acting"
    assert page in browser.get(f"/closure/{case.ref}/result").content.decode()
    typed = {"agent_name": AGENT.plain, "agent_id": AGENT_ID.plain, "consent": "on"}
    pictures = {name: a_file(a_png()) for name in mandates.PAPERS[kind]}
    assert browser.post(page, {**typed, **pictures}).status_code == 302
    assert keys_of(world.work(case)) == ["mandate.submitted"]


def test_an_original_that_was_not_seen_proves_nobody(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    row = mandate.review(case.mandate.ref, "accepted", by=CLERK)
    with pytest.raises(Invalid, match="originals"):
        mandate.see_originals(row.ref, seen=["death"], photo=PNG, by=CLERK)
    assert Mandate.objects.get().state == mandates.ACCEPTED


def test_originals_are_seen_after_the_papers_were_read(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "unit", holder=plant_holder("unit"))
    with pytest.raises(Conflict):
        mandate.see_originals(case.mandate.ref, seen=ORIGINALS["unit"], photo=PNG, by=CLERK)


def test_what_replaces_a_paper_of_a_draft_leaves_nothing_of_it_d_06(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    mandate.offer(draft, "heir", (AGENT, AGENT_ID), sent("heir"), by=world.by)
    mandate.offer(draft, "heir", (AGENT, AGENT_ID), {"death": a_png(5, 5)}, by=world.by)
    assert sorted(Paper.objects.values_list("kind", "replaced_at")) == [("death", None), ("kinship", None)]
    mandate.offer(draft, "guardian", (AGENT, AGENT_ID), sent("guardian"), by=world.by)
    assert list(Paper.objects.values_list("kind", flat=True)) == ["guardianship"]


def test_papers_are_sent_so_many_times_a_day_whatever_draft_they_are_for_c_09(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    ParameterValue.objects.create(name="closure.paper_tries", from_on=date(2026, 1, 1), value=2)
    draft = world.draft()
    for _ in range(2):
        mandate.offer(draft, "delegate", (AGENT, AGENT_ID), sent("delegate"), by=world.by)
        mandate.drop(draft, by=world.by)
    with pytest.raises(TooMany):
        mandate.offer(draft, "delegate", (AGENT, AGENT_ID), sent("delegate"), by=world.by)
    with clock.frozen(MORNING + timedelta(hours=25)):
        mandate.offer(draft, "delegate", (AGENT, AGENT_ID), sent("delegate"), by=world.by)
    assert Paper.objects.count() == 1


def test_a_returned_paper_is_sent_again_with_the_clerks_words(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    mandate.review(case.mandate.ref, "returned", reason="亲属关系证明看不清", by=CLERK)
    assert keys_of(world.work(case)) == ["mandate.returned"]
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    page = f"/closure/{case.ref}/acting"
    assert "亲属关系证明看不清" in browser.get(page).content.decode()
    assert browser.post(page, {"kinship": a_file(a_png(5, 5))}).status_code == 302
    assert keys_of(world.work(case)) == ["mandate.submitted"]
    assert Paper.objects.filter(case=case, kind="kinship").count() == 2


def test_a_refusal_has_a_reason_and_is_told(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "unit", holder=plant_holder("unit"))
    with pytest.raises(Invalid, match="reason"):
        mandate.review(case.mandate.ref, "refused", by=CLERK)
    mandate.review(case.mandate.ref, "refused", reason="介绍信没有盖章", by=CLERK)
    assert keys_of(world.work(case)) == ["mandate.refused"]
    with pytest.raises(Conflict):
        mandate.review(case.mandate.ref, "accepted", by=CLERK)


def test_papers_wait_for_a_clerk_until_a_stated_time(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    order = WorkOrder.objects.get(kind="papers", case_ref=case.ref)
    assert (order.due_at, order.operator, order.province) == (MORNING + timedelta(hours=24), "161", "32")
    with clock.frozen(MORNING + timedelta(hours=25)):
        work_orders.sweep(by=ROBOT)
    assert WorkOrder.objects.get(pk=order.pk).state == "ESCALATED"
    mandate.review(case.mandate.ref, "accepted", by=CLERK)
    assert WorkOrder.objects.get(pk=order.pk).state == "DONE"


def test_nothing_lapses_while_a_clerk_has_the_papers(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    with clock.frozen(MORNING + timedelta(days=31)):
        case = world.work(case)
        assert (case.state, case.lapse_at) == (states.HELD, MORNING + timedelta(days=32))
        mandate.review(case.mandate.ref, "returned", reason="亲属关系证明看不清", by=CLERK)
        case = world.work(case)
    with clock.frozen(MORNING + timedelta(days=33)):
        assert world.work(case).state == states.LAPSED


@pytest.mark.parametrize("by", [OTHER, FAR, ROBOT])
def test_only_a_clerk_of_the_operator_there_reads_the_papers(
    world: World, fujian: Callable[..., None], by: Actor
) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    with pytest.raises((Refused, Missing)):
        mandate.review(case.mandate.ref, "accepted", by=by)


def test_a_stranger_adds_no_papers_and_asks_for_no_exception(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    stranger = line_actor(subscribers.sign_in(CONTACT, ROBOT))
    with pytest.raises(Missing):
        mandate.offer(case, "delegate", (AGENT, AGENT_ID), sent("delegate"), by=stranger)
    with pytest.raises(Missing):
        exceptions.ask(case, "不是我的事", by=stranger)


def test_whoever_acts_is_not_the_holder_and_brings_every_paper(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    with pytest.raises(Invalid, match="same"):
        mandate.offer(draft, "heir", (HOLDER, ID), sent("heir"), by=world.by)
    with pytest.raises(Invalid, match="picture.empty"):
        mandate.offer(draft, "heir", (AGENT, AGENT_ID), {"death": a_png()}, by=world.by)
    assert Mandate.objects.count() == Paper.objects.count() == 0


def test_a_number_one_cannot_sign_in_with_is_closed_by_papers_alone(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    plant(FUJIAN, replace(a_line(number=ELSEWHERE), holder_kind="heir", holder_name="张老", state="two_way"))
    draft = world.draft()
    filing.act_for(draft, ELSEWHERE, holder=(PersonName("张老"), ID), own=False, by=world.by)
    mandate.offer(draft, "heir", (AGENT, AGENT_ID), sent("heir"), by=world.by)
    case = world.work(filing.file(draft, by=world.by))
    assert (case.state, case.proved_at) == (states.HELD, None)
    row = mandate.review(case.mandate.ref, "accepted", by=CLERK)
    mandate.see_originals(row.ref, seen=ORIGINALS["heir"], photo=PNG, by=CLERK)
    assert world.work(case).state == states.QUOTED


def test_a_copy_is_marked_sealed_and_a_download(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    paper = Paper.objects.get(kind="death")
    assert paper.mark == "仅供甲网办理销户 11月24日"
    assert b"%PDF" not in bytes(paper.content_box)
    answer = signed_in(subscribers.sign_in(NUMBER, ROBOT)).get(f"/closure/paper/{paper.ref}")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert case.pk == paper.case_id


def test_a_strangers_paper_and_an_absent_one_look_the_same(world: World, fujian: Callable[..., None]) -> None:
    filed(world, "heir", holder=plant_holder("heir"))
    stranger = signed_in(subscribers.sign_in(CONTACT, ROBOT))
    paths = (f"/closure/paper/{Paper.objects.all()[0].ref}", f"/closure/paper/{'0' * 26}", "/closure/paper/%00")
    assert {stranger.get(path).status_code for path in paths} == {404}


def test_staff_say_why_they_look_and_the_holder_sees_it(world: World, fujian: Callable[..., None]) -> None:
    filed(world, "heir", holder=plant_holder("heir"))
    ref = Paper.objects.all()[0].ref
    with pytest.raises(Invalid, match="reason"):
        papers.read(ref, by=CLERK)
    for by in (OTHER, FAR, Actor(Role.NATIONAL_REGULATOR, "person:zhou"), Actor(Role.AUDITOR, "person:han")):
        with pytest.raises(Missing):
            papers.read(ref, reason="核对办理人材料", by=by)
    assert papers.read(ref, reason="核对办理人材料", by=CLERK).startswith(b"%PDF")
    assert [look.who for look in looks_at_mine(world.by)] == [CLERK.label]


def test_a_paper_is_gone_with_the_cases_key(world: World, fujian: Callable[..., None]) -> None:
    case = filed(world, "heir", holder=plant_holder("heir"))
    destroy_key(case.ref)
    with pytest.raises(Unsealable):
        papers.read(Paper.objects.all()[0].ref, by=world.by)


def test_a_picture_that_cannot_be_drawn_is_refused(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    undrawable = a_png(pixels=b"no pixels")
    with pytest.raises(Invalid, match="picture.broken"):
        mandate.offer(world.draft(), "delegate", (AGENT, AGENT_ID), {"letter": undrawable}, by=world.by)


@pytest.fixture
def owner(world: World, fujian: Callable[..., None]) -> Client:
    """The holder's browser."""
    fujian()
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    browser.raise_request_exception = False
    return browser


def acting(browser: Client, kind: str = "delegate", **also: Any) -> Any:
    """Send the page on which somebody says that they act."""
    typed = {"name": HOLDER.plain, "id_number": ID.plain, "agent_name": AGENT.plain, "agent_id": AGENT_ID.plain}
    pictures = {name: a_file(a_png()) for name in mandates.PAPERS[kind]}
    whole = {"number": ELSEWHERE.plain, "consent": "on", **typed, **pictures, **also}
    return browser.post(f"/closure/acting/{kind}", {key: value for key, value in whole.items() if value is not None})


def test_the_page_of_a_delegate_leads_to_the_contact_and_back(owner: Client) -> None:
    assert acting(owner).headers["Location"] == "/closure/identity"
    draft = Case.objects.get()
    assert (draft.number, draft.proof, draft.mandate.kind) == (NUMBER, "code", "delegate")
    assert owner.get("/closure/identity?change=holder").headers["Location"] == "/closure/acting/delegate"
    owner.post("/closure/identity", {"action": "own"})
    assert Mandate.objects.count() == Paper.objects.count() == 0


def test_an_heir_names_a_number_of_their_choice(owner: Client) -> None:
    assert acting(owner, "heir").status_code == 302
    draft = Case.objects.get()
    assert (draft.number, draft.proof, draft.name) == (ELSEWHERE, "papers", HOLDER)


@pytest.mark.parametrize(
    "also",
    [
        {"consent": None},
        {"agent_id": ID.plain},
        {"letter": None},
        {"photo": a_file(a_png())},
        {"letter": a_file(b"")},
        {"letter": a_file(b"%PDF-1.7 /JavaScript", "../../etc/passwd\x00.png")},
        {"letter": a_file(b"<svg onload=alert(1)>", "a\u202egnp.svg")},
        {"letter": a_file(a_png() + b"x" * 5_000_001)},
        {"letter": "no file"},
        {"agent_name": "\u202e"},
        {"agent_id": "９" * 5000},
        {"id_number": "\x00"},
    ],
)
def test_what_a_delegate_lacks_is_said_and_nothing_is_written(owner: Client, also: dict[str, Any]) -> None:
    assert acting(owner, **also).status_code == 422
    assert Mandate.objects.count() == Paper.objects.count() == 0


def test_a_body_beyond_every_limit_is_refused_before_it_is_read(owner: Client) -> None:
    assert acting(owner, letter=a_file(b"\x89PNG\r\n\x1a\n" + b"x" * 21_000_000)).status_code == 400


@pytest.mark.parametrize("kind", ["", "nobody", "%00", "DELEGATE", "heir/"])
def test_a_kind_that_is_none_is_not_there(owner: Client, kind: str) -> None:
    assert owner.get(f"/closure/acting/{kind}").status_code in (301, 404)


def test_a_unit_is_named_by_its_credit_code(owner: Client) -> None:
    assert acting(owner, "unit", name=UNIT.plain, id_number=ID.plain).status_code == 422
    assert acting(owner, "unit", name=UNIT.plain, id_number=UNIT_ID.plain).status_code == 302
    assert Case.objects.get().id_number == UNIT_ID


def test_an_exception_is_asked_for_on_its_page(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = filed(world, "delegate", photo=PNG)
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    page = f"/closure/{case.ref}/acting"
    assert "申请店长特批" in browser.get(page).content.decode()
    assert browser.post(page, {"action": "exception", "reason": "短"}).status_code == 422
    assert browser.post(page, {"action": "exception", "reason": "母亲住院，来不了"}).status_code == 302
    assert "申请店长特批" not in browser.get(page).content.decode()
