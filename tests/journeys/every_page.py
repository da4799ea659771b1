"""A case for every page of a closure: who sits before it, and its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.urls import reverse

from bss.simulated import RoamedSpec
from closure import mandates, states
from closure.models import Case, Certificate
from closure.pages import order
from closure.rules.dispute import REASONS, ROAMING
from closure.services import claims, disputes, filing, mandate, restoring, sitting
from demo.cast import months, terms
from demo.cast.acting import DAUGHTER
from demo.cast.shapes import Line, bill, own
from portal import clock
from portal.actors import robot
from portal.masked import PersonName
from portal.servers.process import wait_for
from tests.journeys import prepared
from tests.journeys.prepared import LIMIT_S, arrived, begun, closed, completed, drafted, fresh, planted, quoted
from tests.journeys.test_unreachable import a_photo
from tests.journeys.visitor import ordinary

FUJIAN = "35"
"""Home of these lines; their holders are in Jiangsu, so that the demo's clerk and regulator may see the cases too."""


@dataclass(frozen=True)
class Seat:
    """Who sits there: the line and its case or draft; and the pages, by the name of their route."""

    line: Line
    case: Case
    pages: dict[str, str]


def seats(folder: Path) -> Iterator[Seat]:
    """Every kind of case, each with the pages that it opens."""
    yield owing()
    yield from (refunding(), ended(), mismatched(), asked())
    yield acted_for(Path(a_photo(folder)).read_bytes())
    yield from several(Path(a_photo(folder)).read_bytes())


def line_of(n: int, **also: object) -> Line:
    """A line of Fujian that no other journey closes."""
    return planted(ordinary(FUJIAN, n), **also)


def of_case(case: Case, *names: str) -> dict[str, str]:
    """The pages of a case that need no more than its reference."""
    return {f"closure-{name}": reverse(f"closure-{name}", args=[case.ref]) for name in names}


def owing() -> Seat:
    """Bills, a contract, charges from abroad; one charge was disputed, proved and became a claim."""
    today = clock.today()
    bills = [bill(today, 2, 5800, paid=False), bill(today, 1, 6800, paid=False)]
    abroad = {"roamed": [RoamedSpec("日本", months.days_before(today, 12))], "roaming_by": months.last_of(today, -2)}
    line = line_of(20, bills=bills, contracts=[terms.handset(today)], **abroad)
    case = quoted(line, "16932700142")
    dispute = claimed(case)
    pages = of_case(case, "progress", "result", "unbind", "pay", "withdraw", "contacts", "roaming")
    return Seat(line, case, pages | {
        "closure-dispute": reverse("closure-dispute", args=[case.ref, charged(case)]),
        "closure-disputed": reverse("closure-disputed", args=[case.ref, dispute]),
        "closure-claim": reverse("closure-claim", args=[case.ref, fresh(case).claims.get().ref]),
        "closure-list": reverse("closure-list"),
        "desk-case": reverse("desk-case", args=[case.ref]),
        "desk-contacts": reverse("desk-contacts", args=[case.ref]),
    })  # fmt: skip


def charged(case: Case) -> int:
    """The position of a bill in the quote in force."""
    quote = case.quotes.order_by("-seq")[0]
    return quote.lines.filter(kind="bill", fen__gt=0).order_by("position")[0].position


def claimed(case: Case) -> str:
    """A charge is disputed, its evidence arrives and is accepted; gives the dispute's reference."""
    by, seq = prepared.holder_of(case), case.quotes.count()
    dispute = disputes.open_dispute(case, charged(case), seq, REASONS["bill"][0], by=by)
    disputes.prove(dispute.ref, "DOC-2026-1188", "4a" * 32, "账单与话单一致", by=robot("province"))
    disputes.accept(fresh(case).disputes.get(), by=by)
    return dispute.ref


def refunding() -> Seat:
    """The holder's own money is to be paid back."""
    line = line_of(21, buckets=[own(1200)])
    case = quoted(line, "16932700143")
    row = restoring.ask(line.number, 2000, "32", by=robot("test"))
    pages = of_case(case, "refund") | {"closure-restored": reverse("closure-restored", args=[row.ref])}
    return Seat(line, case, pages)


def ended() -> Seat:
    """A closed case, its certificate, and a charge from abroad that came later."""
    line = line_of(22)
    case = closed(line, "16932700144")
    wait_for(lambda: Certificate.objects.filter(case=case).exclude(pdf=None).exists(), what="its PDF", limit_s=LIMIT_S)
    check = reverse("certificate-check", args=[Certificate.objects.get(case=case).ref])
    with transaction.atomic(durable=True):
        late = claims.make(case, ROAMING, "line.roaming", {"where": ["日本"]}, {"unbilled": 700}, by=robot("test"))
    contest = reverse("closure-contest", args=[case.ref, late.ref])
    pages = of_case(case, "receipt", "certificate", "have-back", "satisfaction")
    return Seat(line, case, pages | {"certificate-check": check, "closure-contest": contest})


def mismatched() -> Seat:
    """The home province knows another holder."""
    line = line_of(23, holder_name="欧阳别名")
    case = arrived(prepared.filed(line, "16932700145"), states.HELD)
    return Seat(line, case, of_case(case, "again"))


def asked() -> Seat:
    """A tie's order came back: the head of the plan must consent."""
    line = line_of(24, ties=[terms.family_with_consent(clock.today())])
    case = quoted(line, "16932700146")
    wait_for(lambda: order.asking(case) is not None, what="the returned order", limit_s=LIMIT_S)
    returned = order.asking(case)
    assert returned is not None
    return Seat(line, case, {"closure-order": reverse("closure-order", args=[case.ref, returned.ref])})


def acted_for(photo: bytes) -> Seat:
    """A daughter closes for her mother."""
    line = line_of(25)
    by, draft = begun(line)
    holder = PersonName(line.user.name), line.user.id_number
    filing.act_for(draft, line.number, holder=holder, own=True, by=by)
    agent = PersonName(DAUGHTER.name), DAUGHTER.id_number
    mandate.offer(draft, mandates.DELEGATE, agent, {"letter": photo}, by=by)
    case = filing.file(completed(draft, line, "16932700147", by=by), by=by)
    return Seat(line, arrived(case, states.HELD), of_case(case, "case-acting"))


def several(photo: bytes) -> Iterator[Seat]:
    """Two numbers of one holder: a sitting that was filed, and a draft to which one may be added."""
    first, waiting = line_of(26), line_of(28)
    same = {"holder_name": first.spec.holder_name, "holder_id": first.spec.holder_id}
    draft = drafted(first, "16932700148")
    by = prepared.holder_of(draft)
    sitting.take_photo(draft, photo, by=by)
    sitting.add(fresh(draft), line_of(27, **same).number, by=by)
    case = sitting.file_all(fresh(draft), by=by)
    yield Seat(first, case, {"closure-sitting": reverse("closure-sitting", args=[case.ref])})
    yield Seat(waiting, drafted(waiting, "16932700149"), before_filing())


def before_filing() -> dict[str, str]:
    """What stands before the filing, and what is open to everybody."""
    names = ("closure-identity", "closure-confirm", "closure-several", "closure-other", "closure-acting",
             "closure-no-sms", "closure-restore", "closure-openings", "closure-find", "closure-track",
             "certificate-number", "certificate-file", "desk-worklist", "desk-orders")  # fmt: skip
    kind = {"closure-acting-kind": reverse("closure-acting-kind", args=["heir"])}
    return {name: reverse(name) for name in names} | kind
