"""Addresses of the books' API."""

from portal.api.views import resource
from settlement.api import differences

urlpatterns = [
    resource("differences", name="api-differences", GET=differences.list_differences),
    resource("differences/<str:ref>", name="api-difference", GET=differences.read_difference),
    resource("reconciliations", name="api-reconciliations", GET=differences.list_runs),
]
