"""How a simulated province behaves (DESIGN: honest, slow, down, silent, lying, obstructive), and its knobs.

Knobs of any temper: `latency_ms` · `clock_s` (the province's clock runs ahead by so many seconds) ·
`moved_days` (contracts end so many days later than they were signed for) · `added_plan` (a contract nobody asked for,
its name) · `proves` (whether it shows evidence for a disputed line) · `stale` ({question: a whole reply kept from
earlier, given again}) · `fault` (see bss.simulated.faults) · `refuse_next` ({verb or question: how often}, refused
once each with the obstructive code).
Of silent and silent_before: `wait_ms` (default: until the gateway's deadline), `only` (verbs and questions; default all
orders for silent_before, everything for silent). Of down and lying: `only`. Of obstructive: `only` (default close_line,
release_contract, identity), `code`, `words`. Of slow: `latency_ms` (default 2000).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from psycopg2.extensions import connection

from bss.provinces import Bss
from bss.simulated import databases, pools

OBSTRUCTIVE_CODE = "4999"
OBSTRUCTIVE_WORDS = "您在优惠期内，不能销户"
_OBSTRUCTED = ("close_line", "release_contract", "identity")
SLOW_MS = 2000


class Temper(StrEnum):
    """The seven ways to behave."""

    HONEST = "honest"
    SLOW = "slow"
    DOWN = "down"
    SILENT = "silent"  # the order takes effect, no reply comes
    SILENT_BEFORE = "silent_before"  # no effect and no reply
    LYING = "lying"  # says done, does nothing, and says so again when asked
    OBSTRUCTIVE = "obstructive"  # refuses with a reason outside the published conditions


@dataclass(frozen=True)
class Mood:
    """A temper with its knobs, as read for one exchange."""

    temper: Temper = Temper.HONEST
    knobs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def latency_s(self) -> float:
        """How long the province thinks before it does anything."""
        default = SLOW_MS if self.temper is Temper.SLOW else 0
        return float(self.knobs.get("latency_ms", default)) / 1000

    def hits(self, name: str, default: tuple[str, ...] = ()) -> bool:
        """Whether the temper concerns this verb or question; with neither `only` nor a default, every one."""
        only = self.knobs.get("only", default)
        return not only or name in only

    @property
    def refusal(self) -> tuple[str, str]:
        """Code and words of an obstructive refusal."""
        return str(self.knobs.get("code", OBSTRUCTIVE_CODE)), str(self.knobs.get("words", OBSTRUCTIVE_WORDS))

    def obstructs(self, name: str) -> bool:
        """Whether this verb or question is refused for no lawful reason."""
        return self.temper is Temper.OBSTRUCTIVE and self.hits(name, _OBSTRUCTED)


def set_temper(bss: Bss, temper: Temper | str, **knobs: Any) -> None:
    """Change how the province behaves from its next exchange on, in every process."""
    with pools.taken(bss, lambda: databases.dsn(bss)) as opened, opened.cursor() as db:
        db.execute("UPDATE temper SET kind = %s, knobs = %s", [Temper(temper).value, json.dumps(knobs)])


def temper_of(bss: Bss) -> Mood:
    """How the province behaves at present."""
    with pools.taken(bss, lambda: databases.dsn(bss), autocommit=True) as opened, opened.cursor() as db:
        db.execute("SELECT kind, knobs FROM temper")
        row = db.fetchone()
    return Mood(Temper(row[0]), row[1]) if row else Mood()


def refuse_once(opened: connection, name: str, mood: Mood) -> bool:
    """Use up one of `refuse_next[name]`; True when there was one. In the caller's transaction."""
    if name not in mood.knobs.get("refuse_next", {}):
        return False
    with opened.cursor() as db:
        db.execute(
            "UPDATE temper SET knobs = jsonb_set(knobs, ARRAY['refuse_next', %s],"
            " to_jsonb((knobs #>> ARRAY['refuse_next', %s])::int - 1))"
            " WHERE (knobs #>> ARRAY['refuse_next', %s])::int > 0",
            [name, name, name],
        )
        return db.rowcount == 1
