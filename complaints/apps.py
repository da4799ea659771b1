"""The Django app of `complaints`."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """Complaints, appeals and the regulator's rooms."""

    name = "complaints"
    default_auto_field = "django.db.models.BigAutoField"
