"""The Django app of `settlement`."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """The ledger, collection, refunds and payments."""

    name = "settlement"
    default_auto_field = "django.db.models.BigAutoField"
