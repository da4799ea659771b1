"""Every dated figure that the installed apps declare."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from portal.parameters import Parameter


@cache
def declared_parameters() -> tuple[Parameter, ...]:
    """The parameters of every `<app>/parameters.py`, by name."""
    rooms = [f"{app.name}.parameters" for app in apps.get_app_configs()]
    found = {
        one.name: one
        for room in rooms
        if find_spec(room)
        for one in vars(import_module(room)).values()
        if isinstance(one, Parameter)
    }
    return tuple(found[name] for name in sorted(found))
