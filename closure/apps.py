"""The Django app of `closure`."""

from django.apps import AppConfig


class ClosureConfig(AppConfig):
    """The remote closure case."""

    name = "closure"
    default_auto_field = "django.db.models.BigAutoField"
