"""Published cases, end to end: S7 (nothing grows after the filing) and S16 (closed from where one lives)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bss.provinces import Bss
from bss.simulated import BillSpec, plant
from closure import states
from closure.models import Case
from closure.queries import current_quote
from closure.services import filing, payment, unbinding
from portal import clock
from portal.lexicon import texts
from portal.masked import Phone
from portal.queries.people import line_actor
from portal.services import subscribers
from settlement.ledger import PROVIDER, AccountKey
from settlement.queries import balance_of
from settlement.simulated.provider import decide
from tests.closure.conftest import CONTACT, HOLDER, ID, MORNING, ROBOT, World, a_line, code_of

WORKED = Path(__file__).parent.parent / "worked"


def worked(name: str) -> dict[str, Any]:
    return tomllib.loads((WORKED / f"{name}.toml").read_text(encoding="utf-8"))


def file_from(number: Phone, visiting: str) -> Case:
    """A case filed by the holder who now lives elsewhere."""
    account = subscribers.sign_in(number, ROBOT)
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, HOLDER, ID, by=by)
    filing.set_place(draft, visiting, by=by)
    filing.ask_contact_code(draft, CONTACT, address="", by=by)
    filing.check_contact_code(draft, code_of(draft.contact_challenge), by=by)
    return filing.file(draft, by=by)


@pytest.mark.parametrize("case", worked("s16_from_afar")["case"], ids=lambda case: case["name"])
def test_a_number_is_closed_from_where_its_holder_lives(
    world: World, provinces: Callable[..., None], case: dict[str, str]
) -> None:
    home = Bss("161", case["home"])
    provinces(home)
    number = Phone(f"161{case['home']}001616")
    plant(home, a_line(number, unbilled_from=date(2026, 11, 1)))
    filed = world.work(file_from(number, case["visiting"]))
    by = line_actor(subscribers.sign_in(number, ROBOT))
    unbinding.acknowledge(filed, by=by)
    decide(payment.pay(Case.objects.get(pk=filed.pk), "card", 1, by=by).ref, "paid")
    closed = world.work(filed)
    assert closed.state == states.CLOSED
    assert balance_of(AccountKey("161", case["visiting"], PROVIDER)) == closed.collected_fen > 0


def test_no_sentence_of_ours_asks_for_an_original_by_post() -> None:
    posted = [key for key, text in texts().items() if "邮寄" in text["zh"] and "不" not in text["zh"]]
    assert posted == []


def test_nothing_grows_after_the_filing(world: World, fujian: Callable[..., None]) -> None:
    facts = worked("s07_arrears")
    owed = BillSpec("2026-09", facts["unpaid_fen"], 0, date(2026, 10, 1), facts["due_on"])
    fujian(bills=[owed], state="one_way")
    case = world.work(world.file())
    first = current_quote(case)
    with clock.frozen(MORNING + timedelta(days=5)):
        later = current_quote(world.work(case))
    assert first is not None and later is not None
    assert (later.seq, later.total_fen) == (2, first.total_fen)
    assert first.total_fen == facts["unpaid_fen"] + facts["case"][0]["late_fee_fen"]
