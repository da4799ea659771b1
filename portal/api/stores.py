"""Own stores, for everybody: agents' shops take no remote closures and are not listed (C-16)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers

from portal.api.fields import Pattern, ProvinceField, Text
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, listed_from_file
from portal.queries.stores import Store, own_stores


class StoresQuery(ListQuery):
    """Which stores."""

    operator = Pattern(r"^[0-9]{3}$", required=False)
    province = ProvinceField(required=False)
    city = Text(required=False, max_length=20, help_text="As `city` of an answer says it.")


class StoreShown(serializers.Serializer[Any]):
    """One own store of an operator."""

    operator = serializers.CharField()
    province = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()
    hours = serializers.CharField()
    city = serializers.CharField()
    city_en = serializers.CharField()
    phone = serializers.CharField()
    example: ClassVar[dict[str, Any]] = {
        "operator": "161",
        "province": "32",
        "name": "…",
        "address": "…",
        "hours": "09:00–18:00",
        "city": "…",
        "city_en": "Nanjing",
        "phone": "000-00000000",
    }


class StoreList(serializers.Serializer[Any]):
    """A page of stores."""

    items = StoreShown(many=True)
    next = serializers.CharField(allow_null=True)


@operation("stores_list", "public", answer=StoreList, query=StoresQuery, rules=("C-16",))
def list_stores(call: Call) -> dict[str, Any]:
    """List own stores, by operator, province and city; any of them sees originals and gives numbers back."""
    wanted: dict[str, Any] = {name: call.query[name] for name in ("operator", "province", "city") if name in call.query}
    found: list[Store] = own_stores(**wanted)
    return listed_from_file(call, found, asdict)
