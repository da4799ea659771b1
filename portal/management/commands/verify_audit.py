"""Verify the audit chains from their first links."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit


class Command(BaseCommand):
    """``manage.py verify_audit``: ends with an error that names the first broken link."""

    help = "Recompute every audit chain from its first link and check its anchors."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the number of links that hold."""
        report = audit.verify()
        if not report.whole:
            raise CommandError(
                f"chain {report.broken_chain}, link {report.broken_at}: {report.problem} "
                f"(after {report.entries} links that hold)"
            )
        self.stdout.write(f"{report.entries} links hold")
