"""Tasks: one command."""

from __future__ import annotations

from celery import shared_task

from bss.services import commands
from portal.actors import robot


@shared_task(name="bss.run_command")
def run_command(command_ref: str) -> None:
    """Bring one command nearer its end; what follows from its end is the case's to see."""
    commands.run(command_ref, by=robot("courier"))
