"""One operation of the API: its permission, the shape of what comes in and goes out, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rest_framework.serializers import BaseSerializer

from portal.actors import Actor
from portal.models import ApiToken
from portal.requests import PortalRequest

Shape: TypeAlias = type[BaseSerializer[Any]]
SMALL = 16_384
WITH_PHOTO = 7_000_000
WITH_PAPERS = 21_000_000


@dataclass(frozen=True)
class Call:
    """What an operation is called with: everything checked for its shape, nothing for its truth."""

    request: PortalRequest
    operation: Operation
    actor: Actor
    lang: str
    address: str
    token: ApiToken | None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0  # of If-Match; 0 where the operation asks for none


@dataclass(frozen=True)
class Answer:
    """What an operation answers, before it is written down as JSON by its shape (or as it is, when it is bytes)."""

    data: Any
    http: int = 0  # 0: the operation's own
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """What is declared about one operation; `id` is its name in the description and in the tests."""

    run: Callable[[Call], Any]
    id: str
    permission: str
    summary: str
    description: str
    answer: Shape | None
    http: int = 200
    body: Shape | None = None
    query: Shape | None = None
    needs_key: bool = False  # money, and what counts each time: no key, no effect
    keeps: bool = True  # False: each call is a look of its own, and its answer is never stored
    if_match: bool = False
    gives_etag: bool = False
    limit: int = SMALL
    media: str = "application/json"
    rules: tuple[str, ...] = ()
    errors: frozenset[int] = frozenset()

    def __call__(self, call: Call) -> Any:
        """Do it."""
        return self.run(call)


def operation(
    id: str, permission: str, *, answer: Shape | None = None, errors: tuple[int, ...] = (), **more: Any
) -> Callable[[Callable[[Call], Any]], Operation]:
    """Declare the decorated function as an operation; the first line of its docstring is the summary."""

    def declare(run: Callable[[Call], Any]) -> Operation:
        summary, _, rest = (run.__doc__ or "").strip().partition("\n")
        description = " ".join(rest.split())
        return Operation(
            run, id, permission, summary.rstrip("."), description, answer, errors=frozenset(errors), **more
        )

    return declare
