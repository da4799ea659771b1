"""Addresses of the operator's side of the API."""

from desk.api import contacts, disputes, orders, persons
from portal.api.views import resource

urlpatterns = [
    resource("operator/orders", name="api-operator-orders", GET=orders.list_orders),
    resource("operator/orders/<str:ref>", name="api-operator-order", GET=orders.read_order),
    resource("operator/orders/<str:ref>/answer", name="api-operator-order-answer", POST=orders.answer),
    resource("operator/orders/<str:ref>/chase", name="api-operator-order-chase", POST=orders.chase),
    resource("operator/orders/<str:ref>/supply", name="api-operator-order-supply", POST=orders.supply),
    resource("operator/orders/<str:ref>/files/<str:file>", name="api-operator-order-file", POST=orders.file),
    resource("operator/disputes", name="api-operator-disputes", GET=disputes.list_disputes),
    resource("operator/disputes/<str:ref>", name="api-operator-dispute", GET=disputes.read_dispute),
    resource("operator/disputes/<str:ref>/evidence", name="api-operator-evidence", POST=disputes.prove),
    resource("operator/disputes/<str:ref>/concession", name="api-operator-concession", POST=disputes.concede),
    resource("operator/mandates", name="api-operator-mandates", GET=persons.list_mandates),
    resource("operator/mandates/<str:ref>", name="api-operator-mandate", GET=persons.read_mandate),
    resource("operator/mandates/<str:ref>/review", name="api-operator-review", POST=persons.review),
    resource("operator/mandates/<str:ref>/recall", name="api-operator-recall", POST=persons.recall),
    resource("operator/mandates/<str:ref>/originals", name="api-operator-originals", POST=persons.see_originals),
    resource("operator/mandates/<str:ref>/exception", name="api-operator-exception", POST=persons.decide),
    resource("operator/papers/<str:ref>", name="api-operator-paper", POST=persons.paper),
    resource("operator/having-back", name="api-operator-having-back", POST=persons.have_back),
    resource("operator/closures/<str:ref>/contacts", name="api-operator-contacts", POST=contacts.note),
]
