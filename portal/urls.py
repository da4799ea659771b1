"""The root of all addresses: the two probes, the ground floor's pages, then each app's own, lowest first."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portal.pages.probes import healthz, readyz
from portal.routes import route

HOUSE = ("bss", "settlement", "realname", "closure", "porting", "complaints", "desk", "demo")

handler400 = "portal.pages.errors.bad_request"
handler403 = "portal.pages.errors.refused"
handler404 = "portal.pages.errors.missing"
handler500 = "portal.pages.errors.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    route("healthz", healthz, name="healthz", permission="public"),
    route("readyz", readyz, name="readyz", permission="public"),
]
_APPS = [app for app in settings.INSTALLED_APPS if app in HOUSE]
_APIS = [app for app in ("portal", *_APPS) if find_spec(f"{app}.api")]
for _module in ("portal.page_urls", *(f"{app}.urls" for app in _APPS), *(f"{app}.api.urls" for app in _APIS)):
    if find_spec(_module):
        urlpatterns.append(path("", include(_module)))
