"""How each simulated province behaves, and a form to change one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bss.gateway import Bss
from bss.simulated.tempers import temper_of
from demo.forms import TEMPERS, TemperForm
from demo.services import tempers as services
from portal.errors import Invalid
from portal.lexicon import say
from portal.requests import PortalRequest


def tempers(request: PortalRequest) -> HttpResponse:
    """One card a province and operator; a change holds at once."""
    if request.method == "POST":
        return _change(request)
    changed = services.known(request.GET.get("changed", ""))
    context = {
        "groups": _groups(request.lang),
        "kinds": [(one, say(f"demo.temper.{one}", request.lang)) for one in TEMPERS],
        "what": [
            (say(f"demo.temper.{one}", request.lang), say(f"demo.temper.what.{one}", request.lang)) for one in TEMPERS
        ],
        "changed": _sentence(changed, request.lang) if changed else "",
    }
    return render(request, "demo/tempers.html", context)


def _change(request: PortalRequest) -> HttpResponse:
    if "reset" in request.POST:
        services.make_all_honest(by=request.actor)
        return redirect("demo-tempers")
    form = TemperForm(request.POST)
    if not form.is_valid():
        raise Invalid("error.demo.temper", field="temper")
    picked = form.cleaned_data
    bss = services.known(f"{picked['operator']}_{picked['province']}")
    if bss is None:
        raise Invalid("error.demo.temper", field="province")
    services.change(bss, picked["temper"], picked["latency_ms"], by=request.actor)
    return redirect(f"{reverse('demo-tempers')}?changed={bss.code}#{bss.code}")


def _groups(lang: str) -> list[dict[str, Any]]:
    """The provinces of each operator, in code order, with the temper they are in."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for bss, temper, latency_ms in services.present():
        row = {
            "bss": bss,
            "code": bss.code,
            "name": f"{say(f'operator.{bss.operator}', lang)} {say(f'province.{bss.province}', lang)}",
            "operator_name": say(f"operator.{bss.operator}", lang),
            "province_name": say(f"province.{bss.province}", lang),
            "temper": temper,
            "latency_ms": latency_ms,
            "word": say(f"demo.temper.{temper}", lang),
        }
        groups.setdefault(bss.operator, []).append(row)
    return [{"name": rows[0]["operator_name"], "rows": rows} for rows in groups.values()]


def _sentence(bss: Bss, lang: str) -> str:
    return say(
        "demo.tempers.changed",
        lang,
        operator=say(f"operator.{bss.operator}", lang),
        province=say(f"province.{bss.province}", lang),
        temper=say(f"demo.temper.{temper_of(bss).temper}", lang),
    )
