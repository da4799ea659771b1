"""The dated figures of the rulebook (⚙) as they are in force for an operator and a province on a day."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal import clock
from portal.api.fields import Pattern, ProvinceField, Sent
from portal.api.operations import Call, operation
from portal.parameters import snapshot
from portal.queries.figures import declared_parameters


class Day(serializers.DateField):
    """A day as ISO 8601 writes it, in plain digits."""

    def to_internal_value(self, value: Any) -> Any:
        """2026-11-24."""
        if not isinstance(value, str) or not value.isascii() or len(value) != 10:
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class FigureQuery(Sent):
    """For whom, and when."""

    operator = Pattern(r"^[0-9]{3}$", required=False)
    province = ProvinceField(required=False)
    on = Day(required=False, help_text="Today without it.")


class Figure(serializers.Serializer[Any]):
    """One figure with its unit and the rule it belongs to."""

    name = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField()
    rule_id = serializers.CharField()


class FigureList(serializers.Serializer[Any]):
    """All figures."""

    items = Figure(many=True)


@operation("parameters_list", "public", answer=FigureList, query=FigureQuery)
def parameters(call: Call) -> dict[str, Any]:
    """List the dated figures in force.

    The most particular value wins: operator and province, then operator, then province, then everybody.
    """
    query = call.query
    found = declared_parameters()
    scope = {"operator": query.get("operator", ""), "province": query.get("province", "")}
    values = snapshot(found, **scope, on=query.get("on", clock.today()))
    return {
        "items": [{"name": one.name, "value": values[one.name], "unit": one.unit, "rule_id": one.rule} for one in found]
    }
