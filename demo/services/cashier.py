"""Playing the payment company: one charge ends paid, refused, in silence, or paid with a reply that never comes."""

from __future__ import annotations

from portal.actors import Actor
from settlement.services import payments
from settlement.simulated import provider

PAID, REFUSED, UNKNOWN, LATE = "paid", "refused", "unknown", "late"
ENDINGS = (PAID, REFUSED, UNKNOWN, LATE)


def decide(ref: str, ending: str, *, by: Actor) -> None:
    """End a charge and deliver the signed callback, but for `unknown` and `late`, where the portal has to ask.

    A charge that ended or ran out before stays as it is; its callback is then delivered again and changes nothing.
    """
    callback = provider.decide(ref, PAID if ending == LATE else ending)
    if callback is not None and ending in (PAID, REFUSED):
        payments.hear(callback, by=by)
