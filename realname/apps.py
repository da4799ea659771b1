"""The Django app of `realname`."""

from django.apps import AppConfig


class RealnameConfig(AppConfig):
    """Registration, documents and the real-name ladder."""

    name = "realname"
    default_auto_field = "django.db.models.BigAutoField"
