"""The Django app of `demo`."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class DemoConfig(AppConfig):
    """The demo world: seeding, handsets, province tempers, movable clock. It refuses to be installed elsewhere."""

    name = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """One-click sign-in and a movable clock must not exist beside real people."""
        if not getattr(settings, "DEMO", False):
            raise ImproperlyConfigured("demo is installed without settings.DEMO: remove it from INSTALLED_APPS")
