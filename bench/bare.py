"""A bare Django view: the limit of a page under the same web server. Run as `gunicorn bench.bare:application`."""

from __future__ import annotations

from django.conf import settings
from django.core.management.utils import get_random_secret_key
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def view(_request: HttpRequest) -> HttpResponse:
    """As little as a page can be."""
    return HttpResponse("ok")


urlpatterns = [path("", view)]

if not settings.configured:
    settings.configure(
        ROOT_URLCONF="bench.bare", ALLOWED_HOSTS=["*"], SECRET_KEY=get_random_secret_key(), MIDDLEWARE=[]
    )
application = get_wsgi_application()
