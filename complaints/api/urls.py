"""Addresses of the regulators' API."""

from complaints.api import chain, evidence
from portal.api.views import resource

urlpatterns = [
    resource("evidence", name="api-evidence-list", GET=evidence.list_evidence),
    resource("evidence/<str:ref>", name="api-evidence", GET=evidence.read_evidence),
    resource("obstructions", name="api-obstructions", GET=evidence.list_obstructions),
    resource("obstructions/<str:ref>", name="api-obstruction", GET=evidence.read_obstruction),
    resource("audit/chains", name="api-audit-chains", GET=chain.heads),
    resource("audit/checks", name="api-audit-checks", POST=chain.verify),
]
