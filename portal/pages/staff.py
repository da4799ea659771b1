"""Staff sign-in: user name, password and one-time code on one page (D-04)."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.errors import TongbanError
from portal.forms.signin import StaffForm
from portal.pages.home import address
from portal.pages.showing import show
from portal.requests import PortalRequest, address_of, local_path
from portal.roles import Role
from portal.services.staff import sign_in
from portal.sessions import actor_of, begin_staff_session

OVERSEERS = {Role.PROVINCIAL_REGULATOR, Role.NATIONAL_REGULATOR, Role.AUDITOR}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """One page, one answer: which of the three was wrong is never said."""
    asked = cast(PortalRequest, request)
    form = StaffForm(request.POST if request.method == "POST" else None, lang=asked.lang)
    back = local_path(request.POST.get("next", "") or request.GET.get("next", ""), "")
    if form.is_bound and form.is_valid():
        try:
            person = sign_in(**form.cleaned_data, address=address_of(request))
        except TongbanError as error:
            form.blame(error)
        else:
            begin_staff_session(request, person)
            return redirect(back or _first_page(request))
    return show(request, "portal/staff_sign_in.html", {"form": form, "next": back})


def _first_page(request: HttpRequest) -> str:
    role = actor_of(request).role
    room = "oversight" if role in OVERSEERS else "settlement-accounts" if role is Role.FINANCE else "desk-worklist"
    return address(room) or "/"
