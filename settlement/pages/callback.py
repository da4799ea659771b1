"""The payment provider's callback: no person's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.actors import robot
from portal.errors import Refused
from settlement.provider import Callback
from settlement.services import payments

BODY_LIMIT = 4096


@csrf_exempt  # its signature stands in for the token: the provider has no session
@require_POST
def callback(request: HttpRequest) -> HttpResponse:
    """Take one signed callback; 204 for every genuine one, so that the provider stops repeating it."""
    if int(request.headers.get("Content-Length") or 0) > BODY_LIMIT:
        return JsonResponse({"title": "too large"}, status=413)
    told = Callback(
        body=request.body,
        timestamp=request.headers.get("X-Timestamp", ""),
        signature=request.headers.get("X-Signature", ""),
    )
    try:
        payments.hear(told, by=robot("provider"))
    except Refused:
        return JsonResponse({"title": "not genuine"}, status=403)
    return HttpResponse(status=204)
