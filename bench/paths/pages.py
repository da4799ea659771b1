"""The case page, signed in, beside a bare Django view under the same web server."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection

from django.test import Client

from bench.cast import ROBOT, filed, provinces
from bench.clients import together
from bench.clocks import Spent, interleaved
from bench.ground import Ground
from bench.report import Row
from bench.served import web
from closure.models import Case
from closure.services import advance, charging
from portal.models import LineAccount
from portal.sessions import EPOCH, LINE

CLIENTS, SECONDS, ROUNDS = 4, 4, 5


def rows(ground: Ground) -> list[Row]:
    """A quoted case: its history, its quote and what may be done next, for its own person."""
    with provinces(ground), ExitStack() as stack:
        (ref,) = filed(0, 1)
        case = Case.objects.get(ref=ref)
        charging.stop(case, by=ROBOT)
        advance.advance(ref, by=ROBOT)
        bare, product = (stack.enter_context(web(ground, name)) for name in ("bench.bare:application", "portal.wsgi"))
        page = partial(_asked, product, f"/closure/{ref}", _signed_in(case))
        found = interleaved(ROUNDS, {"limit": partial(_asked, bare, "/", ""), "ours": page})
    ours, limit = found["ours"].rate, found["limit"].rate
    ratio = ours / limit
    return [Row("case page", ours, "1/s", "-", None, "bare view", limit, ratio, "≥ 0.3", ratio >= 0.3)]


def _asked(port: int, path: str, cookie: str) -> Spent:
    """Four clients with a connection each, kept open, for a fixed time."""
    lines: dict[int, HTTPConnection] = {}

    def one(client: int, _count: int) -> None:
        line = lines.setdefault(client, HTTPConnection("127.0.0.1", port))
        line.request("GET", path, headers={"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")

    began = time.monotonic()
    done, client_s = together(CLIENTS, SECONDS, one)
    return Spent(done, time.monotonic() - began, client_s, 0.0)


def _signed_in(case: Case) -> str:
    """The cookie of a browser signed in with the case's own line."""
    account = LineAccount.objects.get(ref=case.account_ref)
    browser = Client()
    session = browser.session
    session[LINE], session[EPOCH] = account.ref, account.session_epoch
    session.save()
    return browser.cookies.output(header="", sep=";").partition(";")[0].strip()
