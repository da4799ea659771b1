"""Is this notice real? Eight digits and the last four of the phone; no details without both (N-09)."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from portal import lexicon
from portal.errors import TongbanError
from portal.forms.verify import VerifyForm
from portal.pages.home import address
from portal.pages.showing import show
from portal.queries.notices import NoticeView
from portal.requests import PortalRequest, address_of
from portal.services.verification import look_up


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """The form, prefilled from the address if the notice carried one; then the verdict."""
    asked = cast(PortalRequest, request)
    if request.method == "POST":
        form = VerifyForm(request.POST, lang=asked.lang)
        if form.is_valid():
            try:
                return _verdict(asked, form.cleaned_data["code"], form.cleaned_data["tail"])
            except TongbanError as error:
                form.blame(error)
    else:
        typed = (code or request.GET.get("code", ""))[:20]
        form = VerifyForm(lang=asked.lang, initial={"code": typed})
    return show(request, "portal/verify.html", {"form": form, "certificate_url": address("certificate-number")})


def _verdict(request: PortalRequest, code: str, tail: str) -> HttpResponse:
    notice = look_up(code, tail, address=address_of(request), by=request.actor)
    verdict = "true" if notice else "unknown"
    context: dict[str, object] = {
        "kind": "ok" if notice else "block",
        "title": lexicon.say(f"verify.{verdict}_title", request.lang),
        "text": _sender(notice, request.lang) if notice else lexicon.say("verify.unknown_text", request.lang),
        "code": code,
        "tail": tail,
        "notice": notice,
    }
    return show(request, "portal/verify_result.html", context)


def _sender(notice: NoticeView, lang: str) -> str:
    sender = lexicon.say(f"operator.{notice.operator}", lang) if notice.operator else lexicon.say("chrome.site", lang)
    channel = lexicon.say(f"verify.channel.{notice.channel}", lang)
    return lexicon.say("verify.true_text", lang, sender=sender, at=notice.at, channel=channel)
