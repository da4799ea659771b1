"""Holding a province's "done" against its own book of effects, which lists every command that took effect.

A difference is never mended silently: it is an obstruction with both answers as evidence, and the command is DISPROVED,
so that a new one takes its place. A refusal is held against the book at once, before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from bss import states
from bss.answers import Answer, Ending, Outcome
from bss.gateway import ask, ask_all
from bss.models import Command
from bss.provinces import Bss
from bss.services import obstructions
from portal.actors import Actor
from portal.errors import Conflict
from portal.moving import move


@dataclass(frozen=True)
class Books:
    """What the comparison found. `answered` False: no usable answer, ask again; `lies`: commands now DISPROVED."""

    answered: bool
    lies: tuple[Command, ...] = ()
    effects: Mapping[str, Any] = field(default_factory=dict)
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, str] = field(default_factory=dict)  # question → evidence

    @property
    def true(self) -> bool:
        """Whether the province answered and every command ended as it said."""
        return self.answered and not self.lies


def compare(bss: Bss, number: str, *, case_ref: str, by: Actor, snapshot: bool = False) -> Books:
    """Ask for the effects of a case (and the line's snapshot) and hold its done commands against them.

    An answer given by an older clock than a command's own outcome is a stale copy and proves nothing. Outside any
    transaction.
    """
    done = Command.objects.filter(
        case_ref=case_ref, operator=bss.operator, province=bss.province, state=states.DONE
    ).order_by("pk")
    commands = list(done)
    about = {"number": number, "case_ref": case_ref}
    questions = {name: about for name in ("effects", "snapshot") if snapshot or name == "effects"}
    found = {answer.question: answer for answer in ask_all(bss, questions, case_ref=case_ref, by=by)}
    refs = {question: answer.evidence_ref for question, answer in found.items()}
    if any(answer.ending is not Ending.DONE or _is_stale(answer, commands) for answer in found.values()):
        return Books(answered=False, refs=refs)
    effects = found["effects"]
    shown = {str(effect["command_id"]) for effect in effects.facts["effects"]}
    lies = [command for command in commands if not _took_effect(command, shown)]
    for command in lies:
        _record(command, effects, by=by)
    seen = found["snapshot"].facts if snapshot else {}
    return Books(True, tuple(lies), effects.facts, seen, refs)


def refusal_holds(command: Command, number: str, outcome: Outcome, *, by: Actor) -> bool | None:
    """Whether the book, too, shows that a refused command was not done; None when it gives no answer: ask again.

    A province that says no and did it all the same is an obstruction, with both answers as evidence (C-17, B-1).
    """
    about = {"number": number, "case_ref": command.case_ref}
    book = ask(command.bss, "effects", about, case_ref=command.case_ref, by=by)
    if book.ending in (Ending.UNKNOWN, Ending.UNREACHABLE):
        return None
    if command.ref not in {effect["command_id"] for effect in book.facts.get("effects", ())}:
        return True
    obstructions.record(
        command.bss,
        obstructions.SAID_REFUSED,
        case_ref=command.case_ref,
        rules=("B-1", "C-17"),
        evidence_ref=outcome.evidence_ref,
        against_ref=book.evidence_ref,
        words=f"{command.verb}: {outcome.words}",
        by=by,
    )
    return False


def _took_effect(command: Command, shown: set[str]) -> bool:
    """`stands` names the earlier command that had taken effect, so that this one rightly did nothing."""
    return command.ref in shown or command.facts.get("stands", "") in shown


def _is_stale(answer: Answer, commands: list[Command]) -> bool:
    told = [command.facts["clock"] for command in commands if command.facts.get("clock")]
    return any(datetime.fromisoformat(answer.facts["clock"]) < datetime.fromisoformat(at) for at in told)


def _record(command: Command, effects: Answer, *, by: Actor) -> None:
    """The command's new state and the obstruction, in one transaction."""
    with suppress(Conflict), transaction.atomic(durable=True):  # a Conflict: another worker has just written it down
        move(command, states.DISPROVED, by=by, reason="its own book shows nothing", rules=("B-1", "C-17"))
        obstructions.record(
            command.bss,
            obstructions.SAID_DONE,
            case_ref=command.case_ref,
            rules=("B-1", "C-17"),
            evidence_ref=command.evidence_ref,
            against_ref=effects.evidence_ref,
            words=f"{command.verb}: {command.words}" if command.words else command.verb,
            by=by,
        )
