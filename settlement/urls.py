"""Addresses of this app."""

from portal.routes import route
from settlement.pages import callback

urlpatterns = [
    route("payments/callback", callback, name="payments-callback", permission="payments.callback"),
]
