"""The running house: its parts come back when they are killed, and its probes say so."""

from __future__ import annotations

import json
import urllib.request

import pytest

from portal.servers.process import wait_for
from tests.journeys.product import RunningProduct


def _is_ready(product: RunningProduct) -> bool:
    try:
        with urllib.request.urlopen(f"{product.url}/readyz", timeout=5) as answer:
            facts = json.load(answer)
    except OSError:
        return False
    return bool(facts["database"] and facts["broker"])


@pytest.mark.parametrize("program", ["postgres", "valkey", "web", "worker", "beat", "provinces"])
def test_a_killed_part_comes_back_and_the_house_is_ready_again(product: RunningProduct, program: str) -> None:
    product.kill(program)
    wait_for(lambda: _is_ready(product), what="the house", limit_s=20)
