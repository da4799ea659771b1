"""The three doors: a subscriber's cast, the clerks, the regulators; one click signs staff in, here and nowhere else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from demo.cast import staff as cast_of_staff
from demo.cast.staff import StaffMember
from demo.cast.subscribers import cast
from demo.pages.handsets import grouped
from demo.queries import handsets, people_named, person_of
from portal import clock
from portal.lexicon import say
from portal.requests import PortalRequest
from portal.roles import Role
from portal.rules.totp import code_at
from portal.sessions import begin_staff_session

CONTACT = "contact"
HOME_OF = {
    Role.CLERK: "desk-worklist",
    Role.SUPERVISOR: "desk-worklist",
    Role.FINANCE: "settlement-accounts",
    Role.PROVINCIAL_REGULATOR: "oversight",
    Role.NATIONAL_REGULATOR: "oversight",
    Role.AUDITOR: "oversight",
}


def doors(request: PortalRequest) -> HttpResponse:
    """Everything one needs to walk in: lines with what each shows, staff with their credentials, the tools."""
    groups = (
        ("demo.doors.clerk", cast_of_staff.CLERKS),
        ("demo.doors.regulator", cast_of_staff.REGULATORS),
        ("demo.doors.others", cast_of_staff.OTHERS),
    )
    lines = _lines(request.lang)
    context = {
        "lines": [line for line in lines if line["key"] != CONTACT],
        "contact": next((line for line in lines if line["key"] == CONTACT), None),
        "groups": [
            {"id": key.rpartition(".")[2], "title": say(key, request.lang), "members": _members(members)}
            for key, members in groups
        ],
    }
    return render(request, "demo/doors.html", context)


def enter(request: PortalRequest) -> HttpResponse:
    """Sign a member of the demo's staff in without password: 404 unless these are demo settings."""
    if not settings.DEMO:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    member = next((one for one in cast_of_staff.STAFF if one.username == request.POST.get("username")), None)
    person = person_of(member.username) if member else None
    if member is None or person is None:
        raise Http404
    begin_staff_session(request, person)
    return redirect(_home_of(member.role))


def _home_of(role: Role) -> str:
    try:
        return reverse(HOME_OF[role])
    except (KeyError, NoReverseMatch):
        return reverse("home")


def _lines(lang: str) -> list[dict[str, Any]]:
    refs = {one.story: one.ref for one in handsets() if one.story}
    return [
        {
            "key": line.key,
            "story": say(f"demo.line.{line.key}", lang),
            "number": grouped(line.number.plain),
            "name": line.user.name,
            "id_number": line.user.id_number.plain,
            "place": say(
                "demo.doors.place_of",
                lang,
                operator=say(f"operator.{line.bss.operator}", lang),
                province=say(f"province.{line.bss.province}", lang),
                visiting=say(f"province.{line.visiting}", lang),
            ),
            "ref": refs[line.key],
        }
        for line in cast(clock.today())
        if line.key in refs
    ]


def _members(members: tuple[StaffMember, ...]) -> list[dict[str, Any]]:
    """Members with their credentials; none before the world is seeded."""
    people = people_named([one.username for one in members])
    return [
        {"member": one, "secret": secret, "code": code_at(secret, clock.now())}
        for one in members
        if one.username in people and (secret := people[one.username].totp)
    ]
