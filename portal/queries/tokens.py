"""Who a token belongs to. None means: that token is over."""

from __future__ import annotations

from django.conf import settings

from portal.actors import Actor
from portal.cipher import keyed_hash
from portal.clock import now
from portal.models import ApiToken
from portal.queries import people
from portal.roles import Role

LONGEST = 80


def index_of(text: str) -> str:
    """The keyed hash by which a token is found; the key is not in the database (D-01)."""
    return keyed_hash(settings.CODE_KEY, "api-token", text).hex()


def live_token(text: str) -> ApiToken | None:
    """The row of a token that is neither over nor revoked."""
    if len(text) > LONGEST or not text.isascii():
        return None
    live = ApiToken.objects.filter(token_index=index_of(text), revoked_at=None, expires_at__gt=now())
    return live.select_related("person", "account").first()


def actor_of_token(token: ApiToken) -> Actor | None:
    """The actor behind a live token; None once its line signed out or its person lost the role."""
    if token.account is not None:
        return _line(token)
    if token.role == Role.SUBSCRIBER:
        return Actor(Role.SUBSCRIBER, f"case:{token.case_ref}") if token.case_ref else None
    if token.person is not None and not _still_granted(token):
        return None
    ref = f"person:{token.person.ref}" if token.person else f"system:{token.ref}"
    label = token.person.label if token.person else token.label
    return Actor(Role(token.role), ref, token.operator, token.province, token.store, label=label)


def _line(token: ApiToken) -> Actor | None:
    account = token.account
    if account is None:
        return None
    if account.ended_at is None and account.session_epoch == token.epoch:
        return people.line_actor(account)
    if token.case_ref and people.line_ended_in(account.ref, token.epoch):
        return Actor(Role.SUBSCRIBER, f"case:{token.case_ref}")
    return None


def _still_granted(token: ApiToken) -> bool:
    person = token.person
    if person is None or person.disabled_at is not None:
        return False
    scope = {"role": token.role, "operator": token.operator, "province": token.province, "store": token.store}
    return person.grants.filter(ended_at=None, **scope).exists()
