"""The Django app of `demo`."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo world; never installed in production."""

    name = "demo"
    default_auto_field = "django.db.models.BigAutoField"
