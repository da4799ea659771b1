"""Who is signed in: what a session holds, how it begins and how it ends (D-04).

A session holds the reference of a line account or of a person, and the epoch it began in; a raised epoch ends every
session of that account. The session's id changes at each sign-in and at sign-out.
"""

from __future__ import annotations

from django.http import HttpRequest

from portal import clock
from portal.actors import ANONYMOUS, Actor
from portal.models import LineAccount, Person
from portal.queries import people
from portal.roles import Role

LINE = "line"
PERSON = "person"
EPOCH = "epoch"
SEEN = "seen"
CASE = "opened_case"
IDLE_SECONDS = 15 * 60
TOUCH_SECONDS = 60


def begin_line_session(request: HttpRequest, account: LineAccount) -> None:
    """Sign a line in; whatever the session was before ends."""
    request.session.flush()
    request.session[LINE] = account.ref
    request.session[EPOCH] = account.session_epoch


def begin_staff_session(request: HttpRequest, person: Person) -> None:
    """Sign a staff member in, after password and one-time code were checked."""
    request.session.flush()
    request.session[PERSON] = person.ref
    request.session[EPOCH] = person.session_epoch
    request.session[SEEN] = _seconds()


def remember_case(request: HttpRequest, ref: str) -> None:
    """This browser opened a case; it may still read it when the line's own account has ended (C-05, C-11)."""
    request.session[CASE] = ref


def begin_case_session(request: HttpRequest, ref: str) -> None:
    """Open one case in this browser; whatever the session was before ends, its id too (D-04)."""
    request.session.flush()
    remember_case(request, ref)


def end_session(request: HttpRequest) -> None:
    """Forget everything about this browser; the old session id is dead."""
    request.session.flush()


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; a session that is idle or from an earlier epoch ends here."""
    line_ref, person_ref = request.session.get(LINE), request.session.get(PERSON)
    epoch = int(request.session.get(EPOCH, 0))
    if line_ref:
        return people.actor_of_line(str(line_ref), epoch) or _without_line(request, str(line_ref), epoch)
    if person_ref:
        return (None if _is_idle(request) else people.actor_of(str(person_ref), epoch)) or _nobody(request)
    return _case_actor(request)


def _without_line(request: HttpRequest, line_ref: str, epoch: int) -> Actor:
    """The line is gone: all that stays is the case this browser filed or opened; after a sign-out nothing does."""
    case_ref = request.session.get(CASE) if people.line_ended_in(line_ref, epoch) else None
    end_session(request)
    if case_ref:
        remember_case(request, str(case_ref))
    return _case_actor(request)


def _nobody(request: HttpRequest) -> Actor:
    end_session(request)
    return ANONYMOUS


def _case_actor(request: HttpRequest) -> Actor:
    case_ref = request.session.get(CASE)
    return Actor(Role.SUBSCRIBER, f"case:{case_ref}") if case_ref else ANONYMOUS


def _is_idle(request: HttpRequest) -> bool:
    """Fifteen minutes without a request (D-04); the row is written at most once a minute."""
    now = _seconds()
    seen = int(request.session.get(SEEN, 0))
    if now - seen > IDLE_SECONDS:
        return True
    if now - seen >= TOUCH_SECONDS or now < seen:
        request.session[SEEN] = now
    return False


def _seconds() -> int:
    return int(clock.now().timestamp())
