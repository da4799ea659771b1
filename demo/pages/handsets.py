"""The handset of each number: what it received, newest first, and a form to send from it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from demo.forms import NumberForm, SendForm
from demo.queries import handset_by_ref, handsets, messages_of
from demo.services import handsets as services
from demo.sms import receives
from portal.lexicon import say
from portal.models import Operator
from portal.requests import PortalRequest


def handset_list(request: PortalRequest) -> HttpResponse:
    """Every handset, and a way to open one for any other number."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opened = services.open_handset(form.cleaned_data["number"], by=request.actor)
        return redirect("demo-handset", opened.ref)
    rows = [
        {"number": grouped(one.number.plain), "ref": one.ref, "story": say(f"demo.line.{one.story}", request.lang)}
        for one in handsets()
        if one.story
    ]
    return render(request, "demo/handsets.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


def handset(request: PortalRequest, ref: str) -> HttpResponse:
    """One handset: its messages, and sending."""
    found = handset_by_ref(ref)
    if found is None:
        raise Http404
    form = SendForm(services_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.send(found, form.cleaned_data["service"], form.cleaned_data["text"], by=request.actor)
        return redirect("demo-handset", ref)
    context = {
        "form": form,
        "number": grouped(found.number.plain),
        "messages": messages_of(found),
        "story": say(f"demo.line.{found.story}", request.lang) if found.story else "",
        "deaf": not receives(found.number),
    }
    return render(request, "demo/handset.html", context, status=422 if form.errors else 200)


def services_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The operators' service numbers one can write to."""
    lang = "en" if getattr(request, "lang", "zh") == "en" else "zh"
    return [
        (one.hotline, f"{one.hotline} {one.name_en if lang == 'en' else one.name_zh}")
        for one in Operator.objects.order_by("code")
    ]


def grouped(number: str) -> str:
    """161 3500 6721: read more easily, and still one can copy it."""
    return f"{number[:3]} {number[3:7]} {number[7:]}"
