"""Reads for the probes: does the database answer, does the broker, and how late is the latest timer."""

from __future__ import annotations

import redis
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min

from portal.clock import now
from portal.moving import Stateful
from portal.sweeping import QUARANTINE


def database_answers() -> bool:
    """One round trip."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """One ping, two seconds at most."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _stateful() -> list[type[Stateful]]:
    return [model for model in apps.get_models() if issubclass(model, Stateful)]


def failing() -> int:
    """How many rows failed again and again since they last moved: somebody has to look at them."""
    return sum(
        model._default_manager.filter(due_at__isnull=False, failures__gte=QUARANTINE).count() for model in _stateful()
    )


def oldest_overdue_s() -> int:
    """Whole seconds since the oldest `due_at` that nobody has taken up; 0 when none is late."""
    at = now()
    late = [
        model._default_manager.filter(due_at__lt=at).aggregate(oldest=Min("due_at"))["oldest"] for model in _stateful()
    ]
    return max((int((at - oldest).total_seconds()) for oldest in late if oldest), default=0)
