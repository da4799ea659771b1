"""Verification: all findings at once, a mismatch that shows nothing, provinces that are silent or obstruct."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bss.models import Obstruction
from bss.simulated import BillSpec, ContractSpec, HoldSpec, Temper, TieSpec, line_row, set_temper
from closure import states
from closure.models import Case
from closure.queries import current_quote, latest_findings
from closure.services import verification, withdrawal
from portal import clock
from portal.masked import PersonName
from portal.models import Notice, WorkOrder
from tests.closure.conftest import FUJIAN, MORNING, NUMBER, World

ARREARS = BillSpec("2026-10", 5800, 0, date(2026, 11, 1), date(2026, 11, 14))
WITH_PAPER = ContractSpec("k1", ends_on=date(2027, 6, 30), document_id="d1", document_sha256="ab" * 32)
NO_PAPER = ContractSpec("k2", kind="pretty", name="靓号", formula="minimum_spend", minimum_fen=10000, claimed_fen=24000)


def test_all_findings_stand_at_once_and_the_quote_adds_up(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[ARREARS], contracts=[WITH_PAPER, NO_PAPER], ties=[TieSpec("t1")])
    case = world.work(world.file())
    assert case.state == states.QUOTED
    keys = {row.key for row in latest_findings(case)}
    assert {"arrears.in_quote", "contract.running", "contract.no_document", "tie.family"} <= keys
    quote = current_quote(case)
    assert quote is not None
    assert quote.total_fen == sum(line.fen for line in quote.lines.all()) == 5800 + 174 + 12180


def test_a_mismatch_holds_the_case_and_shows_nothing(world: World, fujian: Callable[..., None]) -> None:
    fujian(bills=[ARREARS], contracts=[WITH_PAPER])
    case = world.work(world.file(name=PersonName("王伟")))
    assert case.state == states.HELD
    assert [row.key for row in latest_findings(case)] == ["identity.mismatch"]


def test_charging_resumes_from_the_filing_when_a_mismatch_is_not_settled(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    case = world.work(world.file(name=PersonName("王伟")))
    with clock.frozen(MORNING + timedelta(days=3, minutes=1)):
        case = world.work(case)
    assert case.state == states.HELD
    assert case.charging_resumed_at is not None


def test_charges_stop_anew_when_a_mismatch_is_settled_late(world: World, fujian: Callable[..., None]) -> None:
    fujian(unbilled_from=MORNING.date())
    case = world.work(world.file(name=PersonName("王伟")))
    late = MORNING + timedelta(days=4)
    with clock.frozen(late):
        case = world.work(case)
        verification.again(case, holder=(PersonName("张晓岚"), case.id_number), by=world.by)
        case = world.work(world.work(case))
    assert (case.state, case.charging_resumed_at, case.charging_stopped_at) == (states.QUOTED, None, late)
    assert line_row(FUJIAN, NUMBER.plain)["stopped_from"] == late
    assert current_quote(case).lines.get(kind="unbilled").figures["days"] == 5  # type: ignore[union-attr]


def test_a_case_stopped_anew_proves_itself_when_withdrawn(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file(name=PersonName("王伟")))
    with clock.frozen(MORNING + timedelta(days=4)):
        case = world.work(case)
        verification.again(case, holder=(PersonName("张晓岚"), case.id_number), by=world.by)
        case = world.work(world.work(case))
        withdrawal.withdraw(case, by=world.by)
        case = world.work(case)
    assert case.proof_lines != [] and all(row["same"] for row in case.proof_lines)
    assert line_row(FUJIAN, NUMBER.plain)["charging"] == "on"


def test_a_mended_name_is_checked_again(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file(name=PersonName("王伟")))
    verification.again(case, holder=(PersonName("张晓岚"), case.id_number), by=world.by)
    assert world.work(case).state == states.QUOTED


def test_a_court_hold_blocks_and_names_the_authority(world: World, fujian: Callable[..., None]) -> None:
    fujian(holds=[HoldSpec("厦门市中级人民法院", object_to="厦门市中级人民法院")])
    case = world.work(world.file())
    assert case.state == states.HELD
    assert latest_findings(case).get(key="identity.hold").facts["authority"] == "厦门市中级人民法院"


def test_a_case_outlives_the_hold_and_goes_on_by_itself_once_it_is_lifted(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian(holds=[HoldSpec("厦门市中级人民法院", object_to="厦门市中级人民法院")])
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(days=40)):
        case = world.work(case)
        assert (case.state, case.charging_resumed_at) == (states.HELD, None)
    fujian()
    with clock.frozen(MORNING + timedelta(days=41, minutes=1)):
        case = world.work(case)
    assert (case.state, case.charging_stopped_at) == (states.QUOTED, MORNING)
    assert Notice.objects.filter(key="notice.closure.hold_lifted", case_ref=case.ref).count() == 1


def test_a_province_that_is_down_leaves_the_case_waiting_and_it_goes_on_later(
    world: World, fujian: Callable[..., None]
) -> None:
    fujian()
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(world.file())
    assert case.state == states.VERIFYING
    assert case.due_at is not None and case.due_at > clock.now()
    set_temper(FUJIAN, Temper.HONEST)
    with clock.frozen(MORNING + timedelta(minutes=5)):
        assert world.work(case).state == states.QUOTED


def test_a_province_silent_past_the_limit_gets_one_work_order(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.DOWN)
    case = world.work(world.file())
    for minutes in (31, 33):
        with clock.frozen(MORNING + timedelta(minutes=minutes)):
            case = world.work(case)
    assert WorkOrder.objects.filter(kind="answer", case_ref=case.ref).count() == 1


def test_an_obstructive_province_does_not_stop_the_case(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    set_temper(FUJIAN, Temper.OBSTRUCTIVE)
    case = world.file()
    world.work(case)
    rows = Obstruction.objects.filter(case_ref=case.ref)
    assert rows.exists()
    assert all(row.evidence_ref and row.words for row in rows)


def test_an_unsettled_case_lapses_after_thirty_days(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(days=30, minutes=1)):
        case = world.work(case)
    assert case.state == states.LAPSED


def test_a_quote_that_ran_out_is_made_anew(world: World, fujian: Callable[..., None]) -> None:
    fujian()
    case = world.work(world.file())
    with clock.frozen(MORNING + timedelta(hours=25)):
        case = world.work(case)
    assert case.state == states.QUOTED
    assert Case.objects.get(pk=case.pk).quotes.count() == 2
