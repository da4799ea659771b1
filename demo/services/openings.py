"""One province of the demo that is not open to everybody yet, so that the page of openings has something to show."""

from __future__ import annotations

from datetime import timedelta

from closure.models import Opening
from closure.services.openings import set_opening
from portal import clock
from portal.actors import Actor

OPERATOR, PROVINCE = "163", "41"


def set_out(*, by: Actor) -> None:
    """Single cards on the web for a month, everybody in a fortnight; nothing when rows are there (C-16)."""
    if Opening.objects.filter(operator=OPERATOR, province=PROVINCE).exists():
        return
    today = clock.today()
    set_opening(OPERATOR, PROVINCE, "web", "single", today - timedelta(days=30), by=by)
    set_opening(OPERATOR, PROVINCE, "web", "all", today + timedelta(days=14), by=by)
