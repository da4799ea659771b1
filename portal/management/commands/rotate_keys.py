"""Bring everything under the active keys; may be killed and run again, while the product runs (D-01)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.actors import robot
from portal.services.rewrapping import rotate_all


class Command(BaseCommand):
    """``manage.py rotate_keys``: once it reports that nothing is left, the old keys may go."""

    help = "Seal every cell and compute every blind index again that is not under the active keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was changed; end with an error while something is left under an old key."""
        turned = rotate_all(by=robot("rotation"))
        for column, done in turned.items():
            self.stdout.write(f"{column}: {done.changed}" + (f", left {done.left}" if done.left else ""))
        left = sum(done.left for done in turned.values())
        if left:
            raise CommandError(f"{left} left under an old key: keep it, and look at the columns above")
