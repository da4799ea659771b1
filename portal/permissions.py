"""Who may open what: one word a route, one set of roles a word (CONVENTIONS 12).

Each app declares its words in its own `permissions.py`; `declared()` gathers them over the installed apps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from portal.roles import Role

EVERYONE: frozenset[Role] = frozenset(Role) - {Role.ROBOT}
SUBSCRIBERS: frozenset[Role] = frozenset({Role.SUBSCRIBER})
STAFF: frozenset[Role] = EVERYONE - {Role.ANONYMOUS, Role.SUBSCRIBER}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "public": EVERYONE,
    "my": SUBSCRIBERS,
    "api.known": EVERYONE - {Role.ANONYMOUS},
}


@cache
def declared() -> Mapping[str, frozenset[Role]]:
    """All permission words of all installed apps; a word declared twice refuses at start-up."""
    found: dict[str, frozenset[Role]] = {}
    for app in apps.get_app_configs():
        room = f"{app.name}.permissions"
        if find_spec(room) is None:
            continue
        words = getattr(import_module(room), "PERMISSIONS", {})
        if twice := found.keys() & words.keys():
            raise ImproperlyConfigured(f"{room} declares again: {', '.join(sorted(twice))}")
        found.update(words)
    return found


def roles_of(permission: str) -> frozenset[Role]:
    """The roles that hold a permission; an unknown word belongs to nobody."""
    return declared().get(permission, frozenset())
