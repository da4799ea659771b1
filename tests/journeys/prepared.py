"""Cases that stand where a journey begins, brought there in the running product by its own verbs (fixture `inside`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from bss.simulated import plant
from closure import states
from closure.models import Case
from closure.services import filing, payment, refund, unbinding
from demo.cast.shapes import Line
from portal import sessions
from portal.actors import Actor, robot
from portal.masked import PersonName, Phone
from portal.models import LineAccount, OneTimeCode
from portal.queries.people import line_actor
from portal.servers.process import wait_for
from portal.services import codes, subscribers
from tests.journeys.product import RunningProduct
from tests.journeys.visitor import Visitor

LIMIT_S = 60


def planted(line: Line, **also: Any) -> Line:
    """The line as its home province shall know it: `also` are fields of LineSpec; by default nothing is to be paid."""
    spec = replace(line.spec, **{"unbilled_from": None, **also})
    plant(line.bss, spec)
    return replace(line, spec=spec)


def person_of(line: Line, contact: str) -> dict[str, str]:
    """What no page may show in full (UX 6.15)."""
    return {"line": line.spec.number, "contact": contact, "id": line.spec.holder_id, "name": line.spec.holder_name}


def drafted(line: Line, contact: str, lang: str = "zh") -> Case:
    """A draft that is complete: holder, place, contact number with its code."""
    by, draft = begun(line, lang)
    filing.set_holder(draft, PersonName(line.user.name), line.user.id_number, by=by)
    return completed(draft, line, contact, by=by)


def begun(line: Line, lang: str = "zh") -> tuple[Actor, Case]:
    """Who signed in with the line, and their empty draft."""
    account = subscribers.sign_in(line.number, robot("test"))
    by = line_actor(account)
    return by, filing.open_draft(account, by=by, language=lang)


def completed(draft: Case, line: Line, contact: str, *, by: Actor) -> Case:
    """The draft with place and contact number."""
    filing.set_place(draft, line.visiting, by=by)
    filing.ask_contact_code(draft, Phone(contact), address="", by=by)
    code = codes.derive(OneTimeCode.objects.get(ref=draft.contact_challenge))
    filing.check_contact_code(draft, code, by=by)
    return draft


def filed(line: Line, contact: str, lang: str = "zh") -> Case:
    """A filed case of the line, in the language its person speaks."""
    draft = drafted(line, contact, lang)
    return filing.file(draft, by=holder_of(draft))


def quoted(line: Line, contact: str, lang: str = "zh") -> Case:
    """A case whose findings and quote are in and whose checklist was read."""
    case = arrived(filed(line, contact, lang), states.QUOTED)
    unbinding.acknowledge(case, by=holder_of(case))
    return fresh(case)


def closed(line: Line, contact: str, route: str = "", destination: str = "", lang: str = "zh") -> Case:
    """A closed case of a line with nothing to pay; a refund needs its route."""
    case = quoted(line, contact, lang)
    if route:
        refund.choose_route(case, route, destination, by=holder_of(case))
    payment.settle_without_payment(fresh(case), case.quotes.count(), by=holder_of(case))
    return arrived(case, states.CLOSED)


def fresh(case: Case) -> Case:
    """The case as it now is."""
    return Case.objects.get(pk=case.pk)


def holder_of(case: Case) -> Actor:
    """Who filed it."""
    return line_actor(LineAccount.objects.get(ref=case.account_ref))


def arrived(case: Case, state: str) -> Case:
    """Wait for the product's robots to bring the case there."""
    wait_for(lambda: fresh(case).state == state, what=f"{state}, not {fresh(case).state}", limit_s=LIMIT_S)
    return fresh(case)


def seated(page: Page, case: Case, line: Line, product: RunningProduct) -> Visitor:
    """The person who filed the case, signed in on this page and standing before its progress."""
    account, session = LineAccount.objects.get(ref=case.account_ref), SessionStore()
    epoch = account.session_epoch - (account.ended_at is not None)  # signed in before the line ended
    session.update({sessions.LINE: account.ref, sessions.EPOCH: epoch, sessions.CASE: case.ref})
    session.save()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key),
                               "url": product.url}])  # fmt: skip
    visitor = Visitor(page, line, contact=case.contact.plain, case=f"/closure/{case.ref}")
    page.goto(visitor.case)
    return visitor
