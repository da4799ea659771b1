"""What the frame around every page needs; reads the request only, so that an error page can stand in it too."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: language, large type, whose site this is, and the two switches in the corner."""
    lang = str(getattr(request, "lang", "zh"))
    big = bool(getattr(request, "big", False))
    here = request.get_full_path() if request.method == "GET" else "/"
    return {
        "lang": lang,
        "html_lang": "en" if lang == "en" else "zh-CN",
        "big": big,
        "site_owner": settings.SITE_OWNER,
        "switch_language": _switch("switch-language", "en" if lang == "zh" else "zh", here),
        "switch_size": _switch("switch-size", "0" if big else "1", here),
    }


def _switch(name: str, to: str, here: str) -> str:
    return f"{reverse(name)}?{urlencode({'to': to, 'next': here})}"
