"""The movable clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render

from demo.forms import DAYS, ClockForm
from demo.services import moving_clock
from portal import clock
from portal.errors import Invalid
from portal.requests import PortalRequest

HOUR = 3600


def clock_page(request: PortalRequest) -> HttpResponse:
    """What time the demo has; forward by hours or days, or back to real time."""
    if request.method == "POST" and "back" in request.POST:
        moving_clock.back_to_real(by=request.actor)
        return redirect("demo-clock")
    form = ClockForm(request.POST or None, initial={"amount": 1, "unit": DAYS})
    if request.method == "POST" and form.is_valid() and _moved(request, form):
        return redirect("demo-clock")
    ahead = moving_clock.offset()
    context = {
        "form": form,
        "now": clock.now(),
        "real": datetime.now(clock.SHANGHAI),
        "days": ahead.days,
        "hours": ahead.seconds // HOUR,
        "moved": bool(ahead),
    }
    return render(request, "demo/clock.html", context, status=422 if form.errors else 200)


def _moved(request: PortalRequest, form: ClockForm) -> bool:
    amount = form.cleaned_data["amount"]
    step = timedelta(days=amount) if form.cleaned_data["unit"] == DAYS else timedelta(hours=amount)
    try:
        moving_clock.forward(step, by=request.actor)
    except Invalid as error:
        form.add_error(error.field, error.message(request.lang))
        return False
    return True
