"""Schemathesis over our own description, role by role: no server error, nothing undescribed (RELIABILITY §3.15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from bss.models import Evidence
from bss.simulated import TieSpec
from closure.models import Case, Dispute
from portal.models import ParameterValue, WorkOrder
from portal.parameters import CODES_A_DAY, CODES_A_MINUTE, CODES_ALTOGETHER, CODES_AN_ADDRESS, CODES_AN_HOUR
from portal.wsgi import application
from tests.api.conftest import OWED, Caller, filed_by, for_line, for_staff, raise_limits, said
from tests.closure.conftest import NUMBER, World, fujian, world

__all__ = ["fujian", "world"]

SEED = 20261124
STAFF = {
    "clerk": "clerk",
    "supervisor": "supervisor",
    "provincial regulator": "regulator of Fujian",
    "national regulator": "national regulator",
    "auditor": "auditor",
}
# A role's requests: every case the description calls for where the role may do much, a sample where it may do little.
# `make test` sends them all: some 12,000, the two large runs about a minute and a half each on a core of its own.
LEAST = {
    "anonymous": 300,
    "subscriber": 4_500,
    "national regulator": 300,
    "clerk": 300,
    "supervisor": 4_500,
    "provincial regulator": 300,
    "auditor": 300,
}
THOROUGH = 1_000
ACCEPTED = ["2xx", "401", "403", "404", "409", "412", "422", "429"]


@dataclass
class Outcome:
    """What one run sent, and what it found."""

    requests: int = 0
    numbers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def uncompressed(environ: dict[str, Any], start: Any) -> Any:
    """The application, asked for plain bytes: the engine's client in process does not unpack."""
    environ.pop("HTTP_ACCEPT_ENCODING", None)
    return application(environ, start)


def config(token: str, refs: list[str], *, thorough: bool) -> SchemathesisConfig:
    """Every check but one, one seed, the caller's token, and ids of rows that exist half of the time.

    `ignored_auth` sends its probes in a way the engine's client in process does not take; tests/api/test_objects.py
    knocks at every operation without a token and with a wrong one.
    """
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "dictionaries": {"refs": {"values": refs}},
            "parameters": {name: {"dictionary": "refs", "probability": 0.5} for name in ("ref", "order", "dispute")},
            "generation": {"deterministic": True, "no-shrink": True, "database": "none", "max-examples": 12},
            "phases": {"coverage": {"enabled": thorough}, "stateful": {"enabled": thorough, "max-steps": 4}},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "ignored_auth": {"enabled": False},
            },
            "operations": [{"include-operation-id": "tokens_current_delete", "enabled": False}],
            "continue-on-failure": True,
        }
    )


def run(settings: SchemathesisConfig) -> Outcome:
    """Drive the application in process and gather what the engine tells."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/", uncompressed, config=settings)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _take(outcome, event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            outcome.failures.append(repr(event))
    return outcome


def _take(outcome: Outcome, recorder: Any) -> None:
    for interaction in recorder.interactions.values():
        outcome.requests += 1
        outcome.numbers[interaction.response.status_code if interaction.response else 0] += 1
    for case_id, checks in recorder.checks.items():
        sent = recorder.interactions[case_id].request
        wrong = [check for check in checks if check.failure_info is not None]
        outcome.failures += [f"{one.name}: {sent.method} {sent.uri}\n{one.failure_info.failure}" for one in wrong]


@pytest.fixture
def holder(world: World, fujian: Callable[..., None]) -> Caller:
    """The holder of a quoted closure; limits are out of the way, for the clock stands still."""
    fujian(bills=[OWED], ties=[TieSpec("t1", by_hand=True)])
    raise_limits()
    for one in (CODES_A_MINUTE, CODES_AN_HOUR, CODES_A_DAY, CODES_AN_ADDRESS, CODES_ALTOGETHER):
        ParameterValue.objects.create(name=one.name, from_on="2019-01-02", value=10**6)
    owner = for_line(NUMBER)
    filed = filed_by(owner)
    world.work(Case.objects.get(ref=filed))
    line = next(one for one in said(owner.get(f"closures/{filed}/quote"))["lines"] if one["fen"] > 0)
    owner.post(f"closures/{filed}/disputes", {"position": line["position"], "reason": "other"}, If_Match='"1"')
    return owner


@pytest.mark.parametrize("role", LEAST)
def test_no_call_breaks_the_api_or_its_description(holder: Caller, role: str) -> None:
    tokens = {"anonymous": "", "subscriber": holder.token}
    token = tokens[role] if role in tokens else for_staff(STAFF[role]).token
    refs = [Case.objects.get().ref, *Evidence.objects.values_list("ref", flat=True)[:2]]
    refs += [WorkOrder.objects.get(kind="untie").ref, Dispute.objects.get().ref]
    outcome = run(config(token, refs, thorough=LEAST[role] > THOROUGH))
    print(role, outcome.requests, sorted(outcome.numbers.items()))
    assert outcome.failures == [], "\n\n".join(outcome.failures[:20])
    assert [http for http in outcome.numbers if http >= 500 or http == 0] == []
    assert outcome.requests >= LEAST[role]


def test_the_roles_together_make_five_thousand_requests() -> None:
    assert sum(LEAST.values()) >= 5_000
