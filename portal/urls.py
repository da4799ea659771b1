"""The root of all addresses: each app's own, in the order of the house, and the two probes."""

from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


HOUSE = ("bss", "settlement", "realname", "closure", "porting", "complaints", "desk", "demo")
urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
for _module in ("portal.page_urls", *(f"{app}.urls" for app in settings.INSTALLED_APPS if app in HOUSE)):
    if find_spec(_module):
        urlpatterns.append(path("", include(_module)))
