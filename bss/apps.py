"""The Django app of `bss`."""

from django.apps import AppConfig


class BssConfig(AppConfig):
    """Talking to a province: gateway, evidence, commands, obstructions."""

    name = "bss"
    default_auto_field = "django.db.models.BigAutoField"
