"""The audit chain: its heads, and a verification from the first link (D-03)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from closure.api.shapes import Answered
from complaints.models import ChainCheck
from complaints.queries import chains, last_check
from complaints.services.chain import check_chain
from portal.api.operations import Call, operation


class ChainShown(Answered):
    """One chain as it stands."""

    name = serializers.CharField()
    links = serializers.IntegerField()
    head = serializers.CharField()
    last_at = serializers.CharField()


class ChainCheckShown(Answered):
    """What a verification found."""

    at = serializers.DateTimeField()
    links = serializers.IntegerField()
    whole = serializers.BooleanField()
    broken_chain = serializers.CharField()
    broken_at = serializers.CharField()
    problem = serializers.CharField()


class Chains(Answered):
    """The chains in scope, and the last verification."""

    items = ChainShown(many=True)
    last_check = ChainCheckShown(allow_null=True)


def _check(found: ChainCheck | None) -> dict[str, Any] | None:
    if found is None:
        return None
    own = ("at", "whole", "broken_chain", "broken_at", "problem")
    return {name: getattr(found, name) for name in own} | {"links": found.entries}


@operation("audit_chains", "oversight.verify", answer=Chains, rules=("D-03",))
def heads(call: Call) -> dict[str, Any]:
    """Show the chains in scope with their heads, and how the last verification ended."""
    return {"items": chains(call.actor), "last_check": _check(last_check())}


@operation("audit_check", "oversight.verify", answer=ChainCheckShown, http=201, rules=("D-03",))
def verify(call: Call) -> dict[str, Any]:
    """Verify every chain from its first link; that it was asked for is recorded too."""
    return _check(check_chain(by=call.actor)) or {}
