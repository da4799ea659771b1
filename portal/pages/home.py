"""The start page: four things, and two that need no sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from portal.forms.track import TrackForm
from portal.forms.verify import VerifyForm
from portal.pages.showing import show

# The services, and the route that opens each: upwards by URL name, so that a service not installed yet says so.
DOORS = (
    ("closure", "closure-start"),
    ("porting", "porting-check"),
    ("realname", "realname"),
    ("complaints", "complaints-new"),
)


def address(name: str) -> str:
    """The address of a route of an app above, or an empty string while that app has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page."""
    doors = [{"title": f"home.{word}", "hint": f"home.{word}_hint", "url": address(name)} for word, name in DOORS]
    context = {"doors": doors, "verify": VerifyForm(auto_id="verify-%s")}
    context |= {"track_url": address("closure-track"), "track": TrackForm(auto_id="track-%s")}
    return show(request, "portal/home.html", context)
