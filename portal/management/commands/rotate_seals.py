"""Seal again under the active key; may be killed and run again."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.actors import robot
from portal.services.rewrapping import rewrap_all


class Command(BaseCommand):
    """``manage.py rotate_seals``: once it reports zeros, the old key may go."""

    help = "Seal every cell again that is not under the active key."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was changed."""
        for cell, count in rewrap_all(by=robot("rotation")).items():
            self.stdout.write(f"{cell}: {count}")
