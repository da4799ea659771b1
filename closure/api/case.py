"""One closure: where it stands, what was found, what happened, by when; checked again, withdrawn (C-01, C-12, C-13)."""

from __future__ import annotations

from typing import Any, ClassVar

from closure import states
from closure.api import shown
from closure.api.factors import FactorSent, compared, required
from closure.api.shapes import Checks, Closure, Limits, Ties, Timeline
from closure.queries import latest_findings, limits_of, movements_of, untie_orders
from closure.services import verification, withdrawal
from closure.words.told import who_acted
from portal.api.fields import IdField, NameField
from portal.api.operations import WITH_PHOTO, Call, operation
from portal.errors import Conflict
from portal.lexicon import say


class HolderAgain(FactorSent):
    """The holder typed anew after a mismatch, or another second factor; nothing when something else was mended."""

    name = NameField(required=False)
    id_number = IdField(required=False)
    example: ClassVar[dict[str, Any]] = {}


@operation("closures_read", "closure.look", answer=Closure)
def read(call: Call) -> dict[str, Any]:
    """Show one closure: its state, who has it, until when, and what happens if late."""
    return shown.closure(shown.case_of(call), call.lang)


@operation("closures_checks", "closure.look", answer=Checks, rules=("C-01",))
def checks(call: Call) -> dict[str, Any]:
    """Show every check and every finding, in the words of the pages."""
    return shown.checks(shown.case_of(call), call.lang)


@operation(
    "closures_recheck", "closure.act", answer=Closure, body=HolderAgain, http=202, limit=WITH_PHOTO, rules=("C-08",)
)
def check_again(call: Call) -> dict[str, Any]:
    """Have a held closure checked again: with another name and ID after a mismatch, or another second factor."""
    case, body = shown.case_of(call), call.body
    if case.state != states.HELD:
        raise Conflict("error.conflict", rule_id="C-08")
    holder = (body["name"], body["id_number"]) if {"name", "id_number"} <= set(body) else None
    typed = {"name", "id_number"} & set(body)
    if holder is None and (typed or latest_findings(case).filter(key="identity.mismatch").exists()):
        raise required(*(name for name in ("name", "id_number") if name not in body))
    match = compared(case, holder, body, by=call.actor)
    password = body.get("password", "")
    verification.again(case, holder=holder, photo_match=match, password=password, by=call.actor)
    return shown.closure(case, call.lang)


@operation("closures_timeline", "closure.look", answer=Timeline, rules=("C-13",))
def timeline(call: Call) -> dict[str, Any]:
    """Show what has happened and who did it, newest first."""
    case = shown.case_of(call)
    rows = reversed(list(movements_of(case)))
    return {
        "items": [
            {
                "state": row.to_state,
                "words": say(f"closure.event.{row.to_state}", call.lang),
                "who": who_acted(row, case, call.lang),
                "at": row.at,
                "rules": _rules(row.rules),
            }
            for row in rows
        ]
    }


def _rules(rules: Any) -> list[str]:
    return rules.split() if isinstance(rules, str) else list(rules)


@operation("closures_limits", "closure.look", answer=Limits, rules=("C-13", "C-19"))
def limits(call: Call) -> dict[str, Any]:
    """Show the limits now running, each with its arithmetic."""
    found = limits_of(shown.case_of(call))
    return {"items": [{"at": one.at, "provisional": one.provisional, "arithmetic": one.arithmetic} for one in found]}


@operation("closures_ties", "closure.look", answer=Ties, rules=("C-07", "C-17"))
def ties(call: Call) -> dict[str, Any]:
    """Show the ties as work orders to the home province: what changes, at what price, by when."""
    return {"items": [shown.tie(order) for order in untie_orders(shown.case_of(call))]}


@operation("closures_withdraw", "closure.act", answer=Closure, http=202, rules=("C-12",))
def withdraw(call: Call) -> dict[str, Any]:
    """Withdraw before the money step.

    Charges resume from this instant; `proof` then shows, balance by balance, that the province is as it was. Withdrawn
    again is withdrawn.
    """
    case = shown.case_of(call)
    withdrawal.withdraw(case, by=call.actor)
    return shown.closure(case, call.lang)
