"""Each line of the cast, filed through the product's own verbs, comes to what its story promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from bss.simulated import plant
from closure.models import Case
from closure.queries import current_quote, latest_findings
from closure.services import advance, charging, filing
from demo.cast.shapes import Line
from demo.cast.subscribers import cast
from demo.services import tempers
from portal import clock
from portal.actors import robot
from portal.masked import PersonName, Phone
from portal.models import OneTimeCode
from portal.queries.people import line_actor
from portal.services import codes, subscribers

MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=clock.SHANGHAI)
CONTACT = Phone("16932009001")
ROBOT = robot("closer")
CAST = {line.key: line for line in cast(MORNING.date())}

STORIES: dict[str, tuple[str, int | None, set[str]]] = {
    "clean": ("QUOTED", 0, set()),
    "refund": ("QUOTED", 1440 - 8650, set()),
    "beijing_in_nanjing": ("QUOTED", 3040, set()),
    "fujian_in_jiangsu": ("QUOTED", 3040 - 1200, set()),
    "arrears_contracts": (
        "QUOTED",
        25188,
        {"arrears.in_quote", "contract.running", "contract.no_document", "roaming.tail", "tie.family"},
    ),
    "s7_arrears_670": ("QUOTED", 67000 + 31268, {"arrears.in_quote", "identity.stopped"}),
    "s5_pretty_number": ("QUOTED", 48000 + 3_240_000, {"contract.running"}),
    "abnormal_bill": ("QUOTED", 23800 + 3040, {"arrears.in_quote", "bills.abnormal"}),
    "two_way_no_sms": ("QUOTED", 4 * 2900 + 1428, {"arrears.in_quote", "identity.stopped"}),
    "two_way_sister": ("QUOTED", 0, set()),
    "family_broadband": (
        "QUOTED",
        13520,
        {"leaving.equipment", "leaving.points", "tie.broadband", "tie.family", "tie.sub_card"},
    ),
    "tie_needs_paper": ("QUOTED", 0, {"tie.family"}),
    "tie_by_hand": ("QUOTED", 0, {"tie.main_card"}),
    "left_lying": ("QUOTED", 0, set()),
    "two_tabs": ("QUOTED", 0, set()),
    "called_after": ("QUOTED", 0, set()),
    "roaming_tail": ("QUOTED", 4640, {"roaming.tail"}),
    "court_hold": ("HELD", None, {"identity.hold"}),
    "holder_mismatch": ("HELD", None, {"identity.mismatch"}),
    "obstructive_province": ("QUOTED", 3040 - 5000, set()),
    "slow_province": ("QUOTED", 3040, set()),
    "delegate_at_home": ("QUOTED", 0, set()),
    "delegate_across": ("QUOTED", 0, set()),
    "minor": ("HELD", None, {"identity.minor"}),
    "heir": ("HELD", None, {"identity.heir"}),
    "unit": ("HELD", None, {"identity.unit"}),
    "several_first": ("QUOTED", 0, set()),
    "several_second": ("QUOTED", 0, set()),
}
"""Key → state, whole fen to pay (less than 0: to refund), findings; on 24 November 2026 at 10:12."""


def filed(line: Line) -> Case:
    """The line's case after its user filed it and the robots did what was due."""
    account = subscribers.sign_in(line.number, robot("test"))
    by = line_actor(account)
    draft = filing.open_draft(account, by=by)
    filing.set_holder(draft, PersonName(line.user.name), line.user.id_number, by=by)
    filing.set_place(draft, line.visiting, by=by)
    filing.ask_contact_code(draft, CONTACT, address="", by=by)
    code = codes.derive(OneTimeCode.objects.get(ref=draft.contact_challenge))
    filing.check_contact_code(draft, code, by=by)
    case = filing.file(draft, by=by)
    charging.stop(Case.objects.get(pk=case.pk), by=ROBOT)
    advance.advance(case.ref, by=ROBOT)
    return Case.objects.get(pk=case.pk)


def test_every_line_but_the_contact_has_a_story() -> None:
    assert STORIES.keys() == CAST.keys() - {"contact"}


@pytest.mark.parametrize("key", sorted(STORIES))
def test_each_line_comes_to_what_its_story_says(key: str, provinces: Callable[..., None]) -> None:
    line = CAST[key]
    with clock.frozen(MORNING):
        provinces(line.bss)
        plant(line.bss, line.spec)
        tempers.set_out(line.bss, by=ROBOT)
        case = filed(line)
        quote = current_quote(case)
        found = {row.key for row in latest_findings(case)}
    assert (case.state, quote and quote.total_fen, found) == STORIES[key]
