"""Put provinces and operators in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from portal.services.register import load_reference


class Command(BaseCommand):
    """``manage.py load_reference``: safe to repeat."""

    help = "Load provinces, operators and, without a SITE_OWNER, the demo's number segments."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what this deployment needs."""
        with transaction.atomic():
            load_reference(demo=not settings.SITE_OWNER)
