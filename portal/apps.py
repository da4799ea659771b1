"""The Django app of `portal`."""

from django.apps import AppConfig

from portal import checks  # noqa: F401 - registers the check of undeclared routes


class PortalConfig(AppConfig):
    """Ground floor: people, register, parameters, moving, audit, words, notices."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
