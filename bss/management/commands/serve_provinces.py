"""`manage.py serve_provinces`: the simulated provinces of one operator over HTTPS on loopback (demo and tests)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bss.served.running import server_of


class Command(BaseCommand):
    """Serves the provinces of a file of links, until it is ended; it holds nothing that is not in their databases."""

    help = "Serves the simulated provinces named in a file of links over HTTPS on loopback."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The file that both sides read."""
        parser.add_argument("links", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. Raises CommandError outside demo and tests, and when the file or the port cannot be had."""
        if not settings.DEMO:
            raise CommandError("simulated provinces are served in the demo and in tests only")
        try:
            server = server_of(options["links"])
        except (OSError, ValueError) as error:
            raise CommandError(f"no provinces are served: {error}") from error
        with server:
            server.serve_forever()
