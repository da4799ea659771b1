"""Several numbers of one holder in one sitting: one identity check, one case each, each may fail alone (C-26)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client, RequestFactory

from bss.simulated import Temper, plant, set_temper
from closure import states
from closure.models import Case, Sighting
from closure.pages.sitting import page
from closure.services import filing, sitting
from portal.actors import Actor, robot
from portal.errors import Conflict, Invalid, Missing
from portal.masked import PersonName, Phone
from portal.roles import Role
from portal.services import subscribers
from realname.authority import Match
from realname.simulated.authority import OTHER_PERSON
from tests.closure.conftest import CONTACT, FUJIAN, HOLDER, ID, JIANGSU, NUMBER, ROBOT, World, a_line
from tests.closure.papers import a_file
from tests.closure.test_pages import signed_in
from tests.closure.test_standing import PNG, STRANGER_ID
from tests.portal.together import together

SECOND, THIRD, FOREIGN = Phone("16135001002"), Phone("16132001003"), Phone("16335001004")
MORE = [Phone(f"161350020{n:02d}") for n in range(10)]


@pytest.fixture
def three(world: World, fujian: Callable[..., None]) -> Case:
    """A draft for the first of three numbers; the holder was compared, the two others are in the sitting."""
    fujian()
    plant(FUJIAN, a_line(number=SECOND, service_password="271828"))
    plant(JIANGSU, a_line(number=THIRD))
    draft = world.draft()
    sitting.take_photo(draft, PNG, by=world.by)
    for number in (SECOND, THIRD):
        sitting.add(draft, number, by=world.by)
    return draft


def filed(world: World, draft: Case) -> list[Case]:
    """The cases of the sitting, each worked as far as it goes, in order."""
    main = sitting.file_all(draft, by=world.by)
    return [world.work(case) for case in sitting.cases_of(main.sitting_ref)]


def test_one_check_makes_one_case_a_number(world: World, three: Case) -> None:
    cases = filed(world, three)
    assert [(case.number, case.state) for case in cases] == [(one, states.QUOTED) for one in (NUMBER, SECOND, THIRD)]
    assert len({case.case_no for case in cases}) == 3
    assert Sighting.objects.count() == 1
    assert {case.account_ref for case in cases} == {three.account_ref}
    assert [case.charging_stopped_at is not None for case in map(world.work, cases)] == [True] * 3


def test_one_number_fails_alone(world: World, three: Case) -> None:
    set_temper(JIANGSU, Temper.DOWN)
    assert [case.state for case in filed(world, three)] == [states.QUOTED, states.QUOTED, states.VERIFYING]


def test_somebody_elses_number_in_the_sitting_is_held_and_hinders_no_other(world: World, three: Case) -> None:
    plant(FUJIAN, replace(a_line(number=SECOND), holder_name="李四", holder_id=STRANGER_ID.plain))
    assert [case.state for case in filed(world, three)] == [states.QUOTED, states.HELD, states.QUOTED]


def test_the_same_button_twice_files_each_number_once(world: World, three: Case) -> None:
    main = sitting.file_all(three, by=world.by)
    again = sitting.file_all(main, by=world.by)
    assert (again.pk, Case.objects.exclude(state=states.DRAFT).count()) == (main.pk, 3)


def test_two_taps_at_once_file_each_number_once(world: World, three: Case) -> None:
    main = Case.objects.get(pk=three.pk)
    together(4, lambda _place: sitting.file_all(Case.objects.get(pk=main.pk), by=world.by))
    assert Case.objects.exclude(state=states.DRAFT).count() == 3


def test_a_number_that_was_not_filed_is_filed_by_the_next_tap(
    world: World, three: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = filing.file
    monkeypatch.setattr(filing, "file", lambda draft, **more: _fails(draft, real, more))
    main = sitting.file_all(three, by=world.by)
    assert [row.number for row in sitting.further_of(main)] == [SECOND]
    monkeypatch.undo()
    sitting.file_all(main, by=world.by)
    assert sitting.further_of(main) == []


def _fails(draft: Case, real: Callable[..., Case], more: dict[str, object]) -> Case:
    if draft.number == SECOND:
        raise Conflict("error.conflict")
    return real(draft, **more)


def test_a_holder_typed_anew_needs_a_photo_of_theirs_for_each_further_number(world: World, three: Case) -> None:
    filing.set_holder(three, PersonName("张晓兰"), ID, by=world.by)
    filing.set_holder(three, HOLDER, ID, by=world.by)
    assert [case.state for case in filed(world, Case.objects.get(pk=three.pk))] == [
        states.QUOTED,
        states.HELD,
        states.HELD,
    ]


def test_what_does_not_fit_is_said(world: World, three: Case) -> None:
    for number, error in ((NUMBER, "twice"), (SECOND, "twice"), (CONTACT, "contact.same"), (FOREIGN, "other_operator")):
        with pytest.raises(Invalid, match=error):
            sitting.add(three, number, by=world.by)
    sitting.add(three, MORE[0], by=world.by)
    sitting.add(three, MORE[1], by=world.by)
    with pytest.raises(Invalid, match="many"):
        sitting.add(three, MORE[2], by=world.by)


def test_parallel_additions_stay_within_the_limit(world: World, three: Case) -> None:
    outcomes = together(8, lambda place: sitting.add(three, MORE[place], by=world.by))
    assert sum(isinstance(one, Case) for one in outcomes) == 2
    assert len(sitting.further_of(three)) == 4


def test_a_stranger_adds_nothing_to_ones_sitting(world: World, three: Case) -> None:
    with pytest.raises(Conflict):
        sitting.add(three, MORE[0], by=robot("stranger"))
    sitting.remove(three, sitting.further_of(three)[0].ref, by=robot("stranger"))
    assert len(sitting.further_of(three)) == 2


@pytest.fixture
def owner(world: World, three: Case) -> Client:
    """The holder's browser with the three numbers ready."""
    return signed_in(subscribers.sign_in(NUMBER, ROBOT))


def test_the_pages_add_take_out_and_file(world: World, owner: Client) -> None:
    draft = Case.objects.get(sitting_ref="", state=states.DRAFT)
    owner.post("/closure/several", {"remove": sitting.further_of(draft)[1].ref})
    assert owner.post("/closure/several", {"number": MORE[0].plain}).status_code == 302
    assert "161****2000" in owner.get("/closure/confirm").content.decode()
    answer = owner.post("/closure/confirm", {"draft": draft.ref})
    assert answer.headers["Location"] == f"/closure/sitting/{draft.ref}"
    shown = owner.get(f"/closure/sitting/{draft.ref}").content.decode()
    assert all(one in shown for one in ("161****6721", "161****1002", "161****2000"))


def test_the_page_asks_for_one_factor_once(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    draft = world.draft()
    browser = signed_in(subscribers.sign_in(NUMBER, ROBOT))
    assert browser.post("/closure/several", {"number": SECOND.plain}).status_code == 422
    wrong = {"number": SECOND.plain, "consent": "on", "photo": a_file(PNG + OTHER_PERSON)}
    assert browser.post("/closure/several", wrong).status_code == 422
    right = {"number": SECOND.plain, "consent": "on", "photo": a_file(PNG)}
    assert browser.post("/closure/several", right).status_code == 302
    assert 'name="photo"' not in browser.get("/closure/several").content.decode()
    assert Case.objects.get(pk=draft.pk).photo_match == Match.MATCH


def test_only_the_line_that_began_a_sitting_files_the_rest(world: World, three: Case) -> None:
    main = sitting.file_all(three, by=world.by)
    for by in (Actor(Role.SUBSCRIBER, f"case:{main.ref}"), robot("stranger")):
        with pytest.raises(Missing):
            sitting.file_all(main, by=by)


def test_who_came_in_by_one_cases_number_does_not_see_the_others(world: World, three: Case) -> None:
    main = sitting.file_all(three, by=world.by)
    request = RequestFactory().get("/")
    request.actor = Actor(Role.SUBSCRIBER, f"case:{main.ref}")  # type: ignore[attr-defined]
    with pytest.raises(Missing):
        page(request, main.ref)  # type: ignore[arg-type]


def test_a_strangers_sitting_and_an_absent_one_look_the_same(world: World, owner: Client, three: Case) -> None:
    sitting.file_all(three, by=world.by)
    stranger = signed_in(subscribers.sign_in(CONTACT, ROBOT))
    assert [stranger.get(f"/closure/sitting/{ref}").status_code for ref in (three.ref, "0" * 26, "%00")] == [404] * 3
    assert owner.get(f"/closure/sitting/{three.ref}").status_code == 200
