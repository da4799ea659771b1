"""Who is signed in: what a session holds, how it begins and how it ends (D-04).

A subscriber's session holds the reference of a line account, a staff member's is Django's own, whose hash ends it
when the password or the account changes. The session's id changes at each sign-in.
"""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest

from portal import clock
from portal.actors import ANONYMOUS, Actor
from portal.models import LineAccount, Person
from portal.roles import Role

LINE = "line"
SEEN = "seen"
IDLE_SECONDS = 15 * 60
TOUCH_SECONDS = 60
BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin_line_session(request: HttpRequest, account: LineAccount) -> None:
    """Sign a line in; whatever the session was before ends."""
    logout(request)
    request.session.cycle_key()
    request.session[LINE] = account.ref


def begin_staff_session(request: HttpRequest, person: Person) -> None:
    """Sign a staff member in, after password and TOTP were checked; the session's id changes."""
    logout(request)
    login(request, person, backend=BACKEND)
    request.session[SEEN] = _seconds()


def end_session(request: HttpRequest) -> None:
    """Forget everything about this browser; the old session id is dead."""
    logout(request)


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; an idle staff session ends here."""
    line_ref = request.session.get(LINE)
    if line_ref:
        return _line_actor(request, str(line_ref))
    if not request.user.is_authenticated:
        return ANONYMOUS
    if _is_idle(request):
        logout(request)
        return ANONYMOUS
    return _staff_actor(request.user)


def _line_actor(request: HttpRequest, ref: str) -> Actor:
    account = LineAccount.objects.filter(ref=ref, ended_at=None).first()
    if account is None:
        logout(request)
        return ANONYMOUS
    return Actor(
        role=Role.SUBSCRIBER,
        ref=f"line:{account.ref}",
        operator=account.operator,
        province=account.province,
        line_ref=account.ref,
    )


def _staff_actor(person: Person) -> Actor:
    return Actor(
        role=Role(person.role),
        ref=f"person:{person.ref}",
        operator=person.operator,
        province=person.province,
        store=person.store,
        label=person.label,
    )


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
