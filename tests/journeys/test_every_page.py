"""Every page of a closure before everybody who may see it, in both languages and sizes: axe finds nothing (UX 6.1).

The pages come from the URL configuration: one that nobody opens here fails, until `every_page` gives it a case.
"""

from __future__ import annotations

import re
from itertools import product as every
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from demo.cast.acting import DAUGHTER
from portal import clock
from portal.permissions import roles_of
from portal.refs import case_number
from portal.roles import Role
from portal.routes import all_routes
from tests.journeys.conftest import AXE, DESK, OpenPage
from tests.journeys.every_page import Seat, seats
from tests.journeys.prepared import seated
from tests.journeys.product import RunningProduct

OURS = re.compile(r"closure/|v/|verify/certificate|desk\b|oversight/evidence/")
NOT_PAGES = {
    "closure-start": "leads on",
    "closure-paper": "a file",
    "closure-certificate-pdf": "a file",
    "closure-invoice-pdf": "a file",
    "desk-order-file": "a file",
    "desk-reveal": "answers a form of desk-case, which is pressed here",
}
PEOPLE = {Role.SUBSCRIBER: "", Role.CLERK: "clerk", Role.PROVINCIAL_REGULATOR: "fujian"}
LOOKS = tuple(every(("zh", "en"), ("0", "1")))
EXTREMES = (("zh", "0"), ("en", "1"))
"""What everybody sees alike, the staff see in these."""
RUN = """options => axe.run(document, {...options, preload: false}).then(found =>
  found.violations.map(one => [one.id, ...one.nodes.map(node => node.html)]))"""
Seen = set[tuple[str, Role]]


def wanted() -> Seen:
    """Every page of a closure with each of the three roles that may open it."""
    ours = [one for one in all_routes() if OURS.match(one.template) and one.name not in NOT_PAGES]
    return {(one.name, role) for one in ours for role in PEOPLE if role in roles_of(one.permission)}


class Looker:
    """One person's page, which axe looks at in several looks; what it finds is kept."""

    def __init__(self, page: Page, role: Role) -> None:
        self.page, self.role = page, role
        self.seen: Seen = set()
        self.found: dict[str, object] = {}
        page.context.add_init_script(Axe().axe_script)

    def look_at(self, pages: dict[str, str], looks: tuple[tuple[str, str], ...] = LOOKS) -> None:
        """Open each page in each look."""
        for lang, big in looks:
            self.page.goto(f"/size/switch?to={big}&next=/accessibility")
            self.page.goto(f"/language/switch?to={lang}&next=/accessibility")
            for name, path in pages.items():
                self.look(name, path, f"{lang}{' big' * int(big)}")

    def look(self, name: str, path: str, look: str) -> None:
        """Open a page; another one, or one with a fault, is noted."""
        answer = self.page.goto(path)
        where = self.page.url.split("/", 3)[-1]
        if answer is None or answer.status != 200 or f"/{where}" != path:
            self.found[f"{name} {look}"] = f"{answer.status if answer else ''} at {where}"
        else:
            self.run_axe(f"{name} {look}")
        self.seen.add((name, self.role))

    def run_axe(self, what: str) -> None:
        """Let axe look at the page that stands there."""
        if faults := self.page.evaluate(RUN, AXE):
            self.found[what] = faults


def of(role: Role, pages: dict[str, str]) -> dict[str, str]:
    """Those of the pages that a role may open."""
    return {name: path for name, path in pages.items() if (name, role) in wanted()}


def as_subscriber(page: Page, sitting: list[Seat], product: RunningProduct) -> Looker:
    """Each case's own person looks at its pages."""
    looker = Looker(page, Role.SUBSCRIBER)
    for seat in sitting:
        seated(page, seat.case, seat.line, product)
        looker.look_at(of(Role.SUBSCRIBER, seat.pages))
    looker.look_at(asked_for_code(page))
    return looker


def asked_for_code(page: Page) -> dict[str, str]:
    """A code to open a case was asked for: from now on its page stands in this browser."""
    page.goto("/closure/find")
    page.locator("[name=case_no]").fill(case_number("XH", clock.today()))
    page.locator("[name=id_number]").fill(DAUGHTER.id_number.plain)
    page.locator("main form button").click()
    page.wait_for_url("**/closure/find/code")
    return {"closure-find-code": "/closure/find/code"}


def as_staff(page: Page, role: Role, pages: dict[str, str]) -> Looker:
    """A clerk or a regulator looks at theirs, and at what everybody may see."""
    looker = Looker(page, role)
    page.goto("/demo/")
    page.locator(f"button[value='{PEOPLE[role]}']").click()
    page.wait_for_url(lambda url: not url.endswith("/demo/"))
    mine = of(role, pages | listed(page, role) | asked_for_code(page))
    everybodys = of(Role.SUBSCRIBER, mine)
    looker.look_at({name: path for name, path in mine.items() if name not in everybodys})
    looker.look_at(everybodys, EXTREMES)
    if "desk-case" in mine:
        ask_for_a_value(looker, mine["desk-case"])
    return looker


def ask_for_a_value(looker: Looker, case: str) -> None:
    """The answer to a clerk who says why they want to see a value."""
    looker.page.goto(case)
    form = looker.page.locator("form[action$='/reveal']").first
    form.locator("[name=reason]").fill("核对证件原件")
    form.locator("button").first.click()
    looker.page.wait_for_url("**/reveal")
    looker.run_axe("desk-reveal")


def listed(page: Page, role: Role) -> dict[str, str]:
    """Pages that a role finds by a list: an order, the evidence of an exchange."""
    name, where = {Role.CLERK: ("desk-order", "/desk/orders")}.get(role, ("oversight-evidence", "/oversight/evidence"))
    page.goto(where)
    return {name: page.locator(f"main a[href^='{where}/']").first.get_attribute("href") or ""}


def test_axe_finds_nothing_on_any_page_of_a_closure(
    inside: RunningProduct, open_page: OpenPage, tmp_path: Path
) -> None:
    sitting = list(seats(tmp_path))
    pages = {name: path for seat in sitting for name, path in seat.pages.items()}
    lookers = [as_subscriber(open_page(), sitting, inside)]
    lookers += [as_staff(open_page(DESK), role, pages) for role in (Role.CLERK, Role.PROVINCIAL_REGULATOR)]
    assert {looker.role: looker.found for looker in lookers if looker.found} == {}
    seen = set().union(*(looker.seen for looker in lookers))
    assert wanted() - seen == set()
