"""The Django app of `portal`."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Ground floor: people, register, parameters, moving, audit, words, notices."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
