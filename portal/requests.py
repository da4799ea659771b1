"""What every request carries once the middleware has seen it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from portal.actors import Actor
from portal.stateful import Stateful

LONGEST_PATH = 2000


class PortalRequest(HttpRequest):
    """A request with its actor, its language (`zh` or `en`) and the large-type wish."""

    actor: Actor
    lang: str
    big: bool
    htmx: HtmxDetails
    seen: tuple[Stateful, str]
    """The row the page is about and the state it was found in; set by `portal.pages.repeats.saw`."""


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, however little; None when it is only shown."""
    return request.POST if request.method == "POST" else None


def local_path(text: str, otherwise: str = "/") -> str:
    """A path of this site, or `otherwise`: no scheme, no host, no backslash, no control character."""
    single_slash = text.startswith("/") and not text.startswith("//")
    plain = text.isprintable() and "\\" not in text and len(text) <= LONGEST_PATH
    if single_slash and plain and url_has_allowed_host_and_scheme(text, allowed_hosts=None):
        return text
    return otherwise


def address_of(request: HttpRequest) -> str:
    """The address that limits count by: a forwarded header is believed from a trusted proxy only."""
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    if nearest not in settings.TRUSTED_PROXIES:
        return _subscribers(nearest)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    strangers = [hop for hop in hops if hop not in settings.TRUSTED_PROXIES]
    return _subscribers(strangers[-1] if strangers else nearest)


def _subscribers(address: str) -> str:
    """What one subscriber has: an IPv4 address, or a whole /64 of IPv6, in which addresses cost nothing."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
