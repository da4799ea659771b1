"""Is this notice real? Eight digits and the last four of the phone; no details without both (N-09)."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from portal.errors import TongbanError
from portal.forms.verify import VerifyForm
from portal.pages.home import address
from portal.pages.showing import show
from portal.requests import PortalRequest, address_of
from portal.services.verification import Verdict, verify_notice

PAGES = {
    Verdict.TRUE: ("ok", "verify.true_title", "verify.true_text"),
    Verdict.TAIL: ("warn", "verify.tail_title", "verify.tail_text"),
    Verdict.UNKNOWN: ("block", "verify.unknown_title", "verify.unknown_text"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """The form, prefilled from the address if the notice carried one; then the verdict."""
    asked = cast(PortalRequest, request)
    typed = code or request.GET.get("code", "")[:20]
    if request.method == "POST":
        form = VerifyForm(request.POST, lang=asked.lang)
        if form.is_valid():
            try:
                return _verdict(asked, form.cleaned_data["code"], form.cleaned_data["tail"])
            except TongbanError as error:
                form.blame(error)
    else:
        form = VerifyForm(lang=asked.lang, initial={"code": typed})
    return show(request, "portal/verify.html", {"form": form, "certificate_url": address("certificate-check")})


def _verdict(request: PortalRequest, code: str, tail: str) -> HttpResponse:
    found = verify_notice(code, tail, address=address_of(request), by=request.actor)
    kind, title, text = PAGES[found.verdict]
    context: dict[str, object] = {"kind": kind, "title_key": title, "text_key": text, "code": code, "tail": tail}
    context["notice"] = found.notice
    return show(request, "portal/verify_result.html", context)
