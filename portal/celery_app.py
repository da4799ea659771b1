"""The Celery app. A message is only a nudge: the truth is the row, and the sweep finds what a lost message left.

The settings are those RELIABILITY §1 measured: a killed worker or child gives its task back at once, restored within
seconds; no results are kept, and arguments are ids only.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")

VISIBILITY_TIMEOUT_S = 120
TASK_LIMIT_S = 90
QUEUES = ("default", "verification", "closing", "settlement", "notices", "sweeps")


def schedule() -> dict[str, dict[str, Any]]:
    """The beat entries of every installed app's optional `beat.py`."""
    entries: dict[str, dict[str, Any]] = {}
    for name in settings.INSTALLED_APPS:
        if not name.startswith("django") and find_spec(name) and find_spec(f"{name}.beat"):
            entries |= import_module(f"{name}.beat").BEAT
    return entries


app = Celery("tongban")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT_S,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1.5,
        "retry_on_timeout": True,
        # A form must not wait for a broker that is away: one more try at once. With kombu's own figures it took 6 s.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    },
    broker_connection_retry_on_startup=True,
    visibility_timeout=VISIBILITY_TIMEOUT_S,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=TASK_LIMIT_S,
    task_soft_time_limit=TASK_LIMIT_S - 10,
    task_ignore_result=True,
    task_default_queue="default",
    task_create_missing_queues=True,
    task_publish_retry=False,
    task_routes={
        "closure.verif*": {"queue": "verification"},
        "closure.ask*": {"queue": "verification"},
        "closure.*": {"queue": "closing"},
        "settlement.*": {"queue": "settlement"},
        "portal.send_notice": {"queue": "notices"},
        "*.sweep*": {"queue": "sweeps"},
    },
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="Asia/Shanghai",
    enable_utc=True,
)
app.autodiscover_tasks()


@app.on_after_finalize.connect
def _fill_schedule(sender: Celery, **_kwargs: Any) -> None:
    """Read late, so that importing this app (for a nudge) imports no other."""
    sender.conf.beat_schedule = schedule()
