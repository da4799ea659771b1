"""Somebody acts for the holder: a delegate, an heir, a guardian, a unit's agent, with papers (C-09, C-24, C-25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closure import mandates, states
from closure.api import shown
from closure.api.factors import required, unknown
from closure.api.filing import draft_or_missing
from closure.api.shapes import Draft
from closure.api.shapes.mandate import AgentSent, MandateSent, MandateShown, ReasonSent
from closure.models import Case, Mandate
from closure.queries import latest_findings
from closure.services import exceptions, filing, mandate, papers, standing
from portal.api.operations import WITH_PAPERS, Answer, Call, operation
from portal.errors import Conflict, Invalid, Missing
from portal.lexicon import say
from portal.queries.people import account_of
from portal.roles import Role

SENDABLE = (mandates.GATHERING, mandates.RETURNED)
READS_REASONS = (Role.SUBSCRIBER, Role.CLERK, Role.SUPERVISOR)


def mandate_shown(row: Mandate, call: Call) -> dict[str, Any]:
    """A mandate, masked; what a clerk wrote is for the person and the clerks."""
    case, there = row.case, papers.present(row.case)
    return {
        "kind": row.kind,
        "state": row.state,
        "words": say(f"closure.acting.state.{row.state}", call.lang),
        "agent_name": row.agent_name.masked,
        "agent_id": row.agent_id.masked,
        "papers": [_paper(paper, call.lang) for paper in there.values()],
        "missing": [name for name in mandates.PAPERS[row.kind] if name not in there],
        "reason": mandate.reason_of(row) if call.actor.role in READS_REASONS else "",
        "until_at": row.due_at,
        "exception": row.exception,
        "may_ask_exception": _may_ask(case, row),
    }


def _paper(paper: Any, lang: str) -> dict[str, Any]:
    own = {name: getattr(paper, name) for name in ("ref", "kind", "sha256", "original_seen_at")}
    return own | {"words": say(f"closure.paper.{paper.kind}", lang)}


def _may_ask(case: Case, row: Mandate) -> bool:
    """Offered once, where the policy of the home province is off for a delegate (C-09)."""
    asks = row.kind == mandates.DELEGATE and not row.exception and case.state == states.HELD
    return asks and not standing.is_open(case)


def _of(case: Case) -> Mandate:
    row = mandate.of(case)
    if row is None:
        raise Missing(shown.MISSING)
    return row


def _offer(case: Case, kind: str, agent: standing.Who, body: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Compare a delegate's photo, then write the mandate down; a paper that is wrong is named as the member it was."""
    if photo := body.get("photo"):
        standing.compare(case, standing.AGENT, agent, photo, by=call.actor)
    sent = dict(body.get("papers", {}))
    if strange := set(sent) - set(mandates.PAPERS[kind]):
        raise unknown(*(f"papers.{name}" for name in sorted(strange)))
    try:
        row = mandate.offer(case, kind, agent, sent, by=call.actor)
    except Invalid as error:
        paper = error.field in mandates.PAPERS[kind]
        field = f"papers.{error.field}" if paper else error.field
        raise Invalid(error.key, field=field, rule_id=error.rule_id, **error.facts) from error
    return mandate_shown(mandate.of(case) or row, call)


@operation(
    "closures_draft_mandate_create",
    "closure.file",
    answer=MandateShown,
    body=MandateSent,
    limit=WITH_PAPERS,
    rules=("C-09", "C-24", "C-25", "D-06"),
)
def begin(call: Call) -> dict[str, Any]:
    """Act for the holder: as a delegate, an heir, a guardian or a unit's agent, with pictures of the papers.

    A delegate sends `letter`; an heir `death` and `kinship`; a guardian `guardianship`; a unit `licence` and
    `unit_letter`. The draft then closes that holder's number. Sent again it replaces what the draft held.
    """
    body, by = call.body, call.actor
    account = account_of(by)
    draft = filing.open_draft(account, by=by, language=call.lang)
    number = body.get("number", account.number)
    holder = (body["name"], body["id_number"])
    filing.act_for(draft, number, holder=holder, own=number == account.number, by=by)
    return _offer(draft, body["kind"], (body["agent_name"], body["agent_id"]), body, call)


@operation("closures_draft_mandate_read", "closure.file", answer=MandateShown, rules=("C-09",))
def of_draft(call: Call) -> dict[str, Any]:
    """Show who acts for the holder in the draft; 404 when the holder acts."""
    return mandate_shown(_of(draft_or_missing(call)), call)


@operation("closures_draft_mandate_delete", "closure.file", answer=Draft, errors=(409,), rules=("C-09",))
def drop(call: Call) -> dict[str, Any]:
    """Let the holder act after all: the papers are gone, and the draft closes the token's own line again."""
    draft = draft_or_missing(call)
    mandate.drop(draft, by=call.actor)
    filing.point_back(draft, account_of(call.actor), by=call.actor)
    return shown.draft(draft)


@operation("closures_mandate_read", "closure.look", answer=MandateShown, rules=("C-09", "C-24", "C-25"))
def of_case(call: Call) -> dict[str, Any]:
    """Show who acts for the holder, which papers are there, what is missing, and what the clerk said."""
    return mandate_shown(_of(shown.case_of(call)), call)


@operation(
    "closures_mandate_send",
    "closure.act",
    answer=MandateShown,
    body=AgentSent,
    limit=WITH_PAPERS,
    rules=("C-09", "C-20", "C-24", "C-25"),
)
def send(call: Call) -> dict[str, Any]:
    """Send papers again after a return, or name who acts where a finding of a held closure asks for somebody.

    Papers that are there already may be left out. Originals are never asked for by post.
    """
    case, body = shown.case_of(call), call.body
    row = mandate.of(case)
    if case.state != states.HELD or (row is not None and row.state not in SENDABLE):
        raise Conflict("error.conflict", rule_id="C-09")
    if row is not None:
        if again := {"agent_name", "agent_id"} & set(body):
            raise unknown(*again)
        return _offer(case, row.kind, (row.agent_name, row.agent_id), body, call)
    kind = _asked_kind(case)
    if lacking := [name for name in ("agent_name", "agent_id", "consent") if name not in body]:
        raise required(*lacking)
    return _offer(case, kind, (body["agent_name"], body["agent_id"]), body, call)


def _asked_kind(case: Case) -> str:
    """Whom the findings ask for; Conflict when they ask for nobody."""
    keys = latest_findings(case).values_list("key", flat=True)
    kind = next((mandates.ASKED_BY[key] for key in keys if key in mandates.ASKED_BY), None)
    if kind is None:
        raise Conflict("error.conflict", rule_id="C-09")
    return kind


@operation("closures_mandate_exception", "closure.act", answer=MandateShown, body=ReasonSent, rules=("C-09", "D-10"))
def ask_exception(call: Call) -> dict[str, Any]:
    """Ask a supervisor to let a delegate act across provinces where the policy is off, and say why; once."""
    case = shown.case_of(call)
    row = _of(case)
    if not _may_ask(case, row):
        raise Conflict("error.conflict", rule_id="C-09")
    return mandate_shown(exceptions.ask(case, call.body["reason"], by=call.actor), call)


@operation("papers_read", "closure.paper", media="application/pdf", rules=("D-02", "N-13"))
def paper(call: Call) -> Answer:
    """Give the marked copy of a paper to the line whose closure it belongs to."""
    ref = call.path["ref"]
    content = papers.read(ref, by=call.actor)
    name = f'attachment; filename="{ref}.pdf"'
    return Answer(content, headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"})
