"""Addresses of the regulator's pages."""

from django.urls import URLPattern

from complaints.pages import branches, chain, evidence, obstructions, overview, satisfaction
from portal.routes import route

urlpatterns: list[URLPattern] = [
    route("oversight", overview.overview, name="oversight", permission="oversight.read"),
    route("oversight/evidence", evidence.evidence_list, name="oversight-evidence-list", permission="oversight.read"),
    route("oversight/evidence/<str:ref>", evidence.evidence, name="oversight-evidence", permission="oversight.read"),
    route(
        "oversight/obstructions",
        obstructions.obstruction_list,
        name="oversight-obstructions",
        permission="oversight.read",
    ),
    route("oversight/branches", branches.page, name="oversight-branches", permission="oversight.read"),
    route(
        "oversight/satisfaction",
        satisfaction.satisfaction,
        name="oversight-satisfaction",
        permission="oversight.read",
    ),
    route("oversight/chain", chain.chain, name="oversight-chain", permission="oversight.verify"),
    route("oversight/chain.jsonl", chain.package, name="oversight-chain-package", permission="oversight.verify"),
]
