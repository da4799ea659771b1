"""The province matrix: every command and every question, each with every fault, in a flow that needs it."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings

from bss.simulated import Temper, set_temper
from chaos import invariants, points, provinces, stage
from chaos.faults import FAULTS, KINDS, OF_QUESTIONS, REFUSALS, deliver_held
from chaos.flow import Flow
from chaos.flows import BY_NAME
from chaos.ground import FUJIAN
from chaos.served import OVER_HTTP, Links
from chaos.stage import Cast
from chaos.trial import Outcome, Trials, in_child

VERBS = {
    "stop_charging": "nothing",
    "settle": "arrears_contract",
    "release_contract": "arrears_contract",
    "close_line": "arrears_contract",
    "refund": "refund",
    "prepare_tie": "tie",
    "execute_tie": "tie",
    "cancel_tie": "withdrawal",
    "resume_charging": "withdrawal",
}
QUESTIONS = {
    **dict.fromkeys(("identity", "package", "contract", "bills", "prepayment", "arrears", "ties", "roaming"), "tie"),
    "snapshot": "withdrawal",
    "effects": "withdrawal",
    "book_digest": "compared",
    "book_rows": "row_lost",
}
BY_TEMPER = {fault.kind: fault for fault in REFUSALS}


def cells() -> list[tuple[str, str, str]]:
    """Every (flow, verb or question, fault)."""
    of_verbs = [(flow, verb, kind) for verb, flow in VERBS.items() for kind in (*KINDS, *BY_TEMPER)]
    of_questions = [
        (flow, one, kind) for one, flow in QUESTIONS.items() for kind in (*sorted(OF_QUESTIONS), "unlawful")
    ]
    return of_verbs + of_questions


def run_cell(trials: Trials, flow_name: str, at: str, kind: str, links: Links | None = None) -> Outcome:
    """One flow with one fault at one exchange; it must end as the flow ends, with every invariant holding.

    With `links` every exchange goes over HTTPS to the provinces they lead to.
    """
    flow = BY_NAME[flow_name]
    way = "/over http" if links else ""
    cast, outcome = trials.prepare(flow), Outcome(f"{flow_name}/{at}/{kind}{way}")
    began = time.monotonic()
    told, error = in_child(lambda tell: _play(trials, flow, cast, at, kind, links, tell))
    outcome.heal_s = time.monotonic() - began
    outcome.died_at = told
    outcome.violations = trials.check(cast) | ({"i08_liveness": [error]} if error else {})
    if told == ["0"]:
        outcome.violations["fired"] = ["the fault was never met"]
    outcome.evaluated = len(invariants.ALL) + 1
    return outcome


def _play(
    trials: Trials, flow: Flow, cast: Cast, at: str, kind: str, links: Links | None, tell: Callable[[str], None]
) -> None:
    if links:
        settings.BSS_ADAPTERS, settings.BSS_LINKS = {"default": OVER_HTTP}, links
    trials.hands.enter()
    provinces.one_by_one()
    points.install(points.Watch(flow.name))
    if kind in BY_TEMPER:
        fault = BY_TEMPER[kind]
        set_temper(FUJIAN, Temper.HONEST, refuse_next={at: 1}, code=fault.code, words=fault.words)
    else:
        FAULTS.plan(at, kind)
    try:
        stage.play(flow, cast, trials.hands, seed=trials.seed)
        if deliver_held(FAULTS):
            stage.play(flow, cast, trials.hands, seed=trials.seed)
    finally:
        set_temper(FUJIAN, Temper.HONEST)
    tell(str(FAULTS.fired if kind in KINDS else 1))
