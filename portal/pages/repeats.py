"""A button pressed twice: the press that came second is answered with what the first one did (UX 6.16)."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect

from portal.clock import now
from portal.errors import Conflict, TongbanError
from portal.moving import movements_of
from portal.requests import PortalRequest
from portal.stateful import Stateful

REPEAT = timedelta(seconds=30)


def saw(request: PortalRequest, row: Stateful) -> None:
    """Remember in which state this request found the row its page is about."""
    request.seen = (row, row.state)


def repeated(request: PortalRequest, error: TongbanError) -> HttpResponse | None:
    """Where the row now stands, when this person's own press, a moment quicker, moved it on; None for all else.

    Nothing was done twice: the second press was refused by its verb. Only the refusal is not shown.
    """
    seen = getattr(request, "seen", None)
    if request.method != "POST" or not isinstance(error, Conflict) or seen is None:
        return None
    row, state = seen
    own = movements_of(row).filter(from_state=state, by_ref=request.actor.ref, at__gt=now() - REPEAT)
    return redirect(request.path) if own.exists() else None
