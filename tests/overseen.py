"""What desk and oversight tests share: signed-in staff of the demo, and cases and exchanges for them to look at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from bss.answers import Ending
from bss.exchange import Reply
from bss.gateway import Bss
from bss.models import Obstruction
from bss.services import evidence, obstructions
from bss.services.evidence import Exchanged
from closure import states
from closure.models import Case
from demo.services import staff
from portal import clock
from portal.actors import robot
from portal.masked import IdNumber, PersonName, Phone
from portal.refs import case_number, new_ref
from portal.rules.identity import demo_id
from portal.sealing import blind_index

ROBOT = robot("test")
FUJIAN, SHANDONG = Bss("161", "35"), Bss("163", "37")
HOLDER = PersonName("张丽华")
WORDS = "您在优惠期内，不能销户"


def entered(username: str) -> Client:
    """A browser in which a member of the demo's staff came in by the one-click door."""
    staff.enrol_all(by=ROBOT)
    client = Client()
    client.post("/demo/enter", {"username": username})
    return client


def a_case(number: str = "16135006721", **also: Any) -> Case:
    """A filed case of a Fujian number handled in Jiangsu; `also` sets columns, `hours` the limit from now."""
    now = clock.now()
    hours = also.pop("hours", 24)
    case = Case(ref=new_ref(), case_no=case_number("XH", now.date()), account_ref=new_ref(), state=states.VERIFYING)
    case.operator, case.province, case.visiting_province = "161", "35", "32"
    case.number, case.number_index = Phone(number), blind_index("phone", number)
    case.name, case.id_number = HOLDER, _id()
    case.created_at = case.filed_at = now
    case.limit_at = None if hours is None else now + timedelta(hours=hours)
    for name, value in also.items():
        setattr(case, name, value)
    case.save(force_insert=True)
    return case


def an_exchange(bss: Bss = FUJIAN, *, case_ref: str = "", question: str = "identity", answer: str = "{}") -> str:
    """One kept exchange, refused by the province with its own words; gives its ref."""
    asked = f'{{"id":"{_id().plain}","name":"{HOLDER.plain}","number":"16135006721"}}'
    reply = Reply(Ending.REFUSED, True, None, {}, "4999", WORDS, answer.encode(), 63)
    at: datetime = clock.now()
    (ref,) = evidence.keep(bss, [Exchanged(question, asked, reply)], case_ref=case_ref, at=at, by=ROBOT)
    return ref


def an_obstruction(bss: Bss = FUJIAN, *, case_ref: str, evidence_ref: str, words: str = WORDS) -> Obstruction:
    """An obstruction resting on an exchange."""
    with transaction.atomic():
        return obstructions.record(
            bss,
            obstructions.UNLAWFUL_REASON,
            case_ref=case_ref,
            rules=("B-2",),
            evidence_ref=evidence_ref,
            words=words,
            by=ROBOT,
        )


def _id() -> IdNumber:
    return demo_id("35", date(1986, 2, 17), 324)
