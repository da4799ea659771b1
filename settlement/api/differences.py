"""The differences with the provinces' own books, and the runs that found them (S-03). No personal data."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed, page_of
from portal.errors import Missing
from portal.work_orders import WorkOrder
from settlement.api.shapes import named
from settlement.models import Difference, Reconciliation
from settlement.queries_reconciling import differences_visible_to, orders_of, runs_visible_to


class DifferenceShown(serializers.Serializer[Any]):
    """One place where the ledger and a province's book differ; fen are signed, debit positive."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(choices=sorted(Difference.TRANSITIONS))
    kind = serializers.CharField()
    operator = serializers.CharField()
    province = serializers.CharField()
    case_ref = serializers.CharField()
    account = serializers.CharField()
    on = serializers.DateField()
    ours_fen = serializers.IntegerField()
    theirs_fen = serializers.IntegerField()
    theirs_on = serializers.DateField(allow_null=True)
    evidence_ref = serializers.CharField()
    order_ref = serializers.CharField(allow_blank=True)
    order_state = serializers.CharField(allow_blank=True)
    owner = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True)
    found_at = serializers.DateTimeField()
    gone_at = serializers.DateTimeField(allow_null=True)


class DifferenceList(serializers.Serializer[Any]):
    """A page of differences, newest first."""

    items = DifferenceShown(many=True)
    next = serializers.CharField(allow_null=True)


class RunShown(serializers.Serializer[Any]):
    """One run of a company's reconciliation."""

    ref = serializers.CharField()
    state = serializers.ChoiceField(choices=sorted(Reconciliation.TRANSITIONS))
    operator = serializers.CharField()
    province = serializers.CharField()
    first_on = serializers.DateField()
    day = serializers.DateField()
    turn = serializers.IntegerField()
    ours_digest = serializers.CharField(allow_blank=True)
    theirs_digest = serializers.CharField(allow_blank=True)
    nets = serializers.IntegerField()
    found = serializers.IntegerField()
    moving = serializers.IntegerField()
    code = serializers.CharField(allow_blank=True)
    evidence_ref = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RunList(serializers.Serializer[Any]):
    """A page of runs, newest first."""

    items = RunShown(many=True)
    next = serializers.CharField(allow_null=True)


def _shown(row: Difference, order: WorkOrder | None) -> dict[str, Any]:
    told = {"order_ref": order.ref, "order_state": order.state, "owner": order.owner} if order else {}
    due_at = order.due_at if order else None
    return named(row, DifferenceShown) | {"order_ref": "", "order_state": "", "owner": "", **told, "due_at": due_at}


@operation("differences_list", "settlement.read", answer=DifferenceList, query=ListQuery, rules=("S-03",))
def list_differences(call: Call) -> dict[str, Any]:
    """List the differences with the provinces' books in scope, each with its work order."""
    rows, following = page_of(call, differences_visible_to(call.actor))
    orders = orders_of(rows)
    return {"items": [_shown(row, orders.get(row.order_key)) for row in rows], "next": following}


@operation("differences_read", "settlement.read", answer=DifferenceShown, rules=("S-03",))
def read_difference(call: Call) -> dict[str, Any]:
    """Show one difference."""
    row = differences_visible_to(call.actor).filter(ref=call.path["ref"]).first()
    if row is None:
        raise Missing("error.api.missing")
    return _shown(row, orders_of([row]).get(row.order_key))


@operation("reconciliations_list", "settlement.read", answer=RunList, query=ListQuery, rules=("S-03",))
def list_runs(call: Call) -> dict[str, Any]:
    """List the reconciliations in scope: how far each company was checked, and what came of it."""
    return listed(call, runs_visible_to(call.actor), lambda row: named(row, RunShown))
