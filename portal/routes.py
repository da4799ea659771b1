"""The one way to declare a page: a route without a permission does not exist (CONVENTIONS 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.urls.converters import StringConverter

View = Callable[..., HttpResponseBase]


class EightDigits(StringConverter):
    """A check code in an address; full-width digits are not one."""

    regex = "[0-9]{8}"


@dataclass(frozen=True)
class Declared:
    """One route of the URLconf as the law test and the start-up check see it."""

    name: str
    template: str
    permission: str


def route(address: str, view: View, *, name: str, permission: str) -> URLPattern:
    """Like `django.urls.path`, but the view carries the permission word the middleware asks for.

    The view is wrapped, so that one view under two routes keeps two permissions.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    vars(guarded)["permission"] = permission
    return path(address, guarded, name=name)


def permission_of(view: object, method: str = "GET") -> str:
    """The permission word a view was declared with for a method, or an empty string.

    A page has one word; an API resource has one for each method it knows.
    """
    words = words_of(view)
    if words:
        return words.get("GET" if method == "HEAD" else method, "")
    return str(getattr(view, "permission", ""))


def words_of(view: object) -> dict[str, str]:
    """The permission words of an API resource by method; empty for a page."""
    return dict(getattr(view, "permissions", {}))


def all_routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[Declared]:
    """Every route of the URLconf, also the undeclared ones (their permission is empty)."""
    for entry in (resolver or get_resolver()).url_patterns:
        template = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_routes(entry, template)
        elif words := words_of(entry.callback):
            for method, word in words.items():
                yield Declared(f"{entry.name} {method}", template, word)
        else:
            yield Declared(entry.name or "", template, permission_of(entry.callback))
