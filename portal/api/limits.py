"""How often one client may ask and write: counted in PostgreSQL, so that it holds at any number of parallel calls."""

from __future__ import annotations

from django.db import transaction

from portal.actors import Actor
from portal.clock import today
from portal.parameters import API_READS_A_MINUTE, API_WRITES_A_MINUTE, value_of
from portal.sealing import blind_index
from portal.services.budgets import Limit, spend

MINUTE = 60


def count(actor: Actor, address: str, *, writes: bool) -> None:
    """Count one call of this actor (of this address, for a stranger) before it is done; raises TooMany."""
    who = actor.ref if actor.signed_in else f"address {address}"
    parameter, kind = (API_WRITES_A_MINUTE, "write") if writes else (API_READS_A_MINUTE, "read")
    scope = {"operator": actor.operator, "province": actor.province}
    limit = Limit(f"api:{kind}:{blind_index('api', who)}", value_of(parameter, **scope, on=today()), MINUTE)
    with transaction.atomic(durable=True):
        spend([limit])
