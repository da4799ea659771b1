"""Signing in with a number and a code (D-04). The same answer for every number."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import TongbanError
from portal.forms.signin import CodeForm, PhoneForm
from portal.masked import Phone
from portal.pages.home import address
from portal.pages.showing import show
from portal.queries.codes import number_of
from portal.requests import PortalRequest, address_of, local_path
from portal.services import staff, subscribers
from portal.services.codes import LIFE, check_code, request_code
from portal.sessions import begin_line_session, end_session

PURPOSE = "sign-in"
CHALLENGE = "challenge"
SENT_TO = "sent_to"
NEXT = "next"
GET_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_POST)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Page one: the number; a code is asked for and the browser goes to page two."""
    asked = cast(PortalRequest, request)
    form = PhoneForm(request.POST if request.method == "POST" else None, lang=asked.lang)
    back = local_path(request.POST.get("next", "") or request.GET.get("next", ""), "")
    if form.is_bound and form.is_valid():
        try:
            return _send(asked, form.cleaned_data["phone"], back)
        except TongbanError as error:
            form.blame(error)
    context = {"form": form, "next": back, "signed_out": "out" in request.GET, "no_sms_url": address("closure-no-sms")}
    return show(request, "portal/sign_in.html", context)


@require_http_methods(GET_POST)
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Page two: the code; right, the session begins under a new id."""
    asked = cast(PortalRequest, request)
    challenge = str(request.session.get(CHALLENGE, ""))
    if not challenge:
        return redirect("sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None, lang=asked.lang)
    if form.is_bound and form.is_valid():
        try:
            phone = check_code(challenge, form.cleaned_data["code"], purpose=PURPOSE, by=asked.actor)
            account = subscribers.sign_in(phone, by=asked.actor)
        except TongbanError as error:
            form.blame(error)
        else:
            back = local_path(str(request.session.get(NEXT, "")), reverse("my"))
            begin_line_session(request, account)
            return redirect(back)
    context = {
        "form": form,
        "sent_to": request.session.get(SENT_TO, ""),
        "minutes": int(LIFE.total_seconds() // 60),
        "no_sms_url": address("closure-no-sms"),
    }
    return show(request, "portal/sign_in_code.html", context)


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Another code to the same number; the one before is void, the limits are those of asking."""
    number = number_of(str(request.session.get(CHALLENGE, "")))
    if number is None:
        return redirect("sign-in")
    return _send(cast(PortalRequest, request), number, str(request.session.get(NEXT, "")))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End every session of this account, here and elsewhere."""
    actor = cast(PortalRequest, request).actor
    if actor.line_ref:
        subscribers.sign_out(actor.line_ref, by=actor)
    elif actor.ref.startswith("person:"):
        staff.sign_out(actor.ref.removeprefix("person:"), by=actor)
    end_session(request)
    return redirect(reverse("sign-in") + "?out")


def _send(request: PortalRequest, phone: Phone, back: str) -> HttpResponse:
    challenge = request_code(phone, PURPOSE, address=address_of(request), by=request.actor, lang=request.lang)
    request.session.update({CHALLENGE: challenge, SENT_TO: phone.masked, NEXT: back})
    return redirect("sign-in-code")
