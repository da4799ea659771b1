"""What a campaign found, and what must have happened at least sometimes for that to mean anything."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Any

from chaos.trial import Outcome

SOMETIMES = {
    "unknown_done": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command'"
    " AND from_state IN ('SENT', 'UNKNOWN') AND to_state = 'DONE' AND subject_ref IN (SELECT command_ref"
    " FROM bss_evidence WHERE question = 'enquire')",
    "unknown_not_done": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command'"
    " AND from_state IN ('SENT', 'UNKNOWN') AND to_state = 'EXPIRED'",
    "sent_again": "SELECT count(*) FROM (SELECT command_ref FROM bss_evidence WHERE question NOT IN ('enquire')"
    " AND command_ref <> '' GROUP BY command_ref HAVING count(*) > 1) AS twice",
    "compensation": "SELECT count(*) FROM bss_command WHERE verb IN ('cancel_tie', 'resume_charging', 'reverse')"
    " AND state = 'DONE'",
    "lie_found": "SELECT count(*) FROM portal_movement WHERE subject_type = 'bss.command' AND to_state = 'DISPROVED'",
    "obstruction": "SELECT count(*) FROM bss_obstruction",
}


@dataclass
class Report:
    """What a campaign found."""

    seed: int
    commit: str
    points: int = 0
    faults_fired: int = 0
    invariant_evaluations: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)
    sometimes: dict[str, int] = field(default_factory=dict)
    mutants: dict[str, str] = field(default_factory=dict)
    slowest_heal_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one trial in."""
        self.faults_fired += max(1, len(outcome.died_at))
        self.invariant_evaluations += outcome.evaluated
        self.sometimes["takeover"] = self.sometimes.get("takeover", 0) + outcome.taken_over
        self.slowest_heal_s = max(self.slowest_heal_s, round(outcome.heal_s, 1))
        if outcome.violations:
            self.violations.append({"flow": outcome.flow, "at": outcome.died_at, "wrong": outcome.violations})

    @property
    def whole(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.violations


def commit_now() -> str:
    """The commit whose product was tried."""
    asked = subprocess.run(
        ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()
