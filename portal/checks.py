"""System checks: a route without a known permission stops the start (CONVENTIONS 12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from portal.permissions import declared
from portal.routes import Declared, all_routes


def undeclared(routes: Iterable[Declared]) -> list[Declared]:
    """The routes whose permission word no app has declared."""
    return [one for one in routes if one.permission not in declared()]


@register(Tags.urls)
def every_route_has_a_permission(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """portal.E001 for each route that would otherwise be open or dead by accident."""
    return [
        Error(
            f"Route {one.template!r} ({one.name or 'no name'}) has no declared permission ({one.permission!r}).",
            hint="Declare it with portal.routes.route(..., permission=...) and in the app's permissions.py.",
            id="portal.E001",
        )
        for one in undeclared(all_routes())
    ]
