"""The Django app of `porting`."""

from django.apps import AppConfig


class PortingConfig(AppConfig):
    """Number porting."""

    name = "porting"
    default_auto_field = "django.db.models.BigAutoField"
