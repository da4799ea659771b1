"""`manage.py seed_demo`: make whatever of the demo world is missing."""

from __future__ import annotations

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.services import world
from portal.actors import robot


class Command(BaseCommand):
    """Idempotent and deterministic; `PROVINCES=all` makes all 31."""

    help = "Seeds the demo world: reference data, staff, simulated provinces, named lines and their handsets."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--provinces` stands before the environment's PROVINCES."""
        parser.add_argument("--provinces", default=os.environ.get("PROVINCES", ""), help="all, or codes with commas")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say how long it took."""
        started = time.monotonic()
        try:
            provinces = world.provinces_named(options["provinces"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        made = world.seed(provinces, by=robot("seeder"))
        self.stdout.write(f"seeded {made} provinces in {time.monotonic() - started:.1f} s")
