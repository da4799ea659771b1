"""For whoever watches the machines: alive, ready, and the numbers that find a deaf worker and a poisoned row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.queries.readiness import broker_answers, database_answers, failing, oldest_overdue_s


def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: touches nothing else, so it answers while everything else is down."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready when database and broker answer; overdue timers and failing rows are told, not counted as unready.

    A worker that hears nothing leaves the web as able as before: the numbers are for an alarm, not for a balancer.
    """
    database = database_answers()
    broker = broker_answers()
    overdue = oldest_overdue_s() if database else None
    facts = {"database": database, "broker": broker, "oldest_overdue_s": overdue}
    facts["failing"] = failing() if database else None
    return JsonResponse(facts, status=200 if database and broker else 503)
