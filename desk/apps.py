"""The Django app of `desk`."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The counter: worklist and case workbench."""

    name = "desk"
    default_auto_field = "django.db.models.BigAutoField"
