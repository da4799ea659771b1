"""`python -m tests.without_server <command>`: a management command that needs models but no database.

`makemigrations --check` wants to compare its history with a live database and warns when there is none; the gate
compares models with files only, so it runs where no server is.
"""

from __future__ import annotations

import os
import sys
import warnings

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    execute_from_command_line(["manage.py", *sys.argv[1:]])
