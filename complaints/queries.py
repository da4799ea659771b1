"""All reads of oversight; scope first: a provincial regulator sees its province, the national one everything (D-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Model, Q, QuerySet

from bss.models import Evidence, Obstruction
from bss.services.evidence import NO_CASE, answer_text
from closure import states
from closure.models import Case
from closure.queries import visible_to as cases_visible_to
from complaints.models import ChainCheck
from portal.actors import Actor
from portal.masked import Masked
from portal.models import AuditEntry
from portal.roles import Role
from portal.sealing import Unsealable, unseal_under

Row = TypeVar("Row", bound=Model)
EVERYWHERE = frozenset({Role.NATIONAL_REGULATOR, Role.AUDITOR})


def scoped(rows: QuerySet[Row], actor: Actor, column: str) -> QuerySet[Row]:
    """The rows of the provinces an actor oversees; `column` holds the province."""
    if actor.role in EVERYWHERE:
        return rows
    if actor.role == Role.PROVINCIAL_REGULATOR and actor.province:
        return rows.filter(**{column: actor.province})
    return rows.none()


def evidence_visible_to(actor: Actor) -> QuerySet[Evidence]:
    """Exchanges with the provinces an actor oversees."""
    return scoped(Evidence.objects.all(), actor, "province")


def obstructions_visible_to(actor: Actor) -> QuerySet[Obstruction]:
    """Obstructions by the provinces an actor oversees."""
    return scoped(Obstruction.objects.all(), actor, "province")


def links_visible_to(actor: Actor) -> QuerySet[AuditEntry]:
    """Links of the chains an actor oversees: one chain a province, and `centre` for who sees everything."""
    return scoped(AuditEntry.objects.all(), actor, "chain")


@dataclass(frozen=True)
class Standing:
    """True counts of one operator's closures in scope."""

    operator: str
    open: int
    closed: int
    withdrawn: int
    late: int
    obstructions: int


def standings(actor: Actor, *, now: datetime) -> list[Standing]:
    """Closures and obstructions by operator, two queries; late means open beyond the limit of the present step."""
    is_open = Q(state__in=sorted(states.OPEN))
    cases = (
        cases_visible_to(actor)
        .order_by()
        .values("operator")
        .annotate(
            open=Count("pk", filter=is_open),
            closed=Count("pk", filter=Q(state=states.CLOSED)),
            withdrawn=Count("pk", filter=Q(state__in=[states.WITHDRAWN, states.LAPSED])),
            late=Count("pk", filter=is_open & Q(limit_at__lt=now)),
        )
    )
    blocked = obstructions_visible_to(actor).order_by().values_list("operator").annotate(n=Count("pk"))
    counts: dict[str, dict[str, int]] = {}
    for row in cases:
        counts[row["operator"]] = {key: row[key] for key in ("open", "closed", "withdrawn", "late")}
    for operator, n in blocked:
        counts.setdefault(operator, {})["obstructions"] = n
    empty = dict.fromkeys(("open", "closed", "withdrawn", "late", "obstructions"), 0)
    return [Standing(operator, **(empty | found)) for operator, found in sorted(counts.items())]


def late_cases(actor: Actor, *, now: datetime, limit: int) -> list[Case]:
    """Open cases beyond their limit, the longest overdue first."""
    late = cases_visible_to(actor).filter(state__in=sorted(states.OPEN), limit_at__lt=now)
    return list(late.order_by("limit_at", "pk")[:limit])


def case_numbers(refs: set[str]) -> dict[str, str]:
    """Case numbers people can say, by the ref that evidence rows carry; one query."""
    return {ref: number or "" for ref, number in Case.objects.filter(ref__in=refs).values_list("ref", "case_no")}


def known_of(refs: set[str]) -> dict[str, list[Masked]]:
    """Name, ID, number and contact of each case, so that they can be masked in what a province wrote; one query."""
    return {case.ref: secrets_of(case) for case in Case.objects.filter(ref__in=refs)}


def secrets_of(case: Case) -> list[Masked]:
    """What a case knows of its holder."""
    found: list[Masked] = [case.number]
    found += [case.name] if case.name_box else []
    found += [case.id_number] if case.id_box else []
    found += [case.contact] if case.contact_box else []
    return found


@dataclass(frozen=True)
class Exchange:
    """What was asked and what was answered; empty when the case's data was deleted and its key with it."""

    asked: str
    answered: str
    deleted: bool = False


def exchange_of(evidence: Evidence) -> Exchange:
    """Both sides word for word, unmasked: mask them before anybody sees them."""
    aad = f"bss_evidence.asked_box:{evidence.ref}"
    try:
        asked = unseal_under(evidence.case_ref or NO_CASE, bytes(evidence.asked_box), aad)
        return Exchange(asked, answer_text(evidence))
    except Unsealable:
        return Exchange("", "", deleted=True)


@dataclass(frozen=True)
class Chain:
    """One chain as it stands: links and head."""

    name: str
    links: int
    head: str
    last_at: str


def chains(actor: Actor) -> list[Chain]:
    """The chains in scope, with their lengths and heads; two queries."""
    lengths = dict(links_visible_to(actor).order_by().values_list("chain").annotate(n=Count("pk")))
    heads = links_visible_to(actor).order_by("chain", "-day", "-seq").distinct("chain")
    return [Chain(head.chain, lengths[head.chain], head.hash, head.at_text) for head in heads]


def last_check() -> ChainCheck | None:
    """The last verification, None before the first."""
    return ChainCheck.objects.order_by("-pk").first()


def links(actor: Actor) -> Iterator[dict[str, Any]]:
    """Every link in scope from the first one on, as a package anyone can recompute."""
    columns = ("chain", "day", "seq", "verb", "subject_ref", "by_ref", "by_role", "rules", "facts", "at_text")
    rows = links_visible_to(actor).order_by("chain", "day", "seq").values(*columns, "mac", "prev_hash", "hash")
    for row in rows.iterator(chunk_size=2000):
        yield {**row, "day": row["day"].isoformat()}
