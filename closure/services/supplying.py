"""An order that came back is sent again with what was missing: by the person, or by the visited store (C-17)."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from django.db import transaction

from closure import states
from closure.models import Case, Supplement
from closure.parameters import ATTACHMENT_KB, CLOSING_HOURS, TIE_HOURS
from closure.queries import term
from closure.rules import attachments, limits
from portal import audit, clock, work_orders
from portal.actors import Actor
from portal.errors import Conflict, Invalid
from portal.lexicon import say
from portal.nudges import nudge
from portal.refs import new_ref
from portal.sealing import seal_under, unseal_under
from portal.services.reveal import record_look
from portal.work_orders import OrderResult, WorkOrder

LONGEST_NOTE = 500
TAKES = (states.FILED, states.VERIFYING, states.QUOTED, states.CLOSING)
NEEDS_A_FILE = (OrderResult.ATTACHMENT_MISSING, OrderResult.ATTACHMENT_UNUSABLE)


def supply(case: Case, order: WorkOrder, *, note: str, content: bytes, sends: int, by: Actor) -> WorkOrder:
    """Seal what is sent and send the order again, with the time the province had the first time.

    `sends` is the sending that came back, as the person saw it: the same form twice sends once. Raises Invalid
    `error.supply.…` with the field, Conflict when the order does not wait for the user or the case is over.
    """
    note = note.strip()[:LONGEST_NOTE]
    kind = _checked(case, order, note, content)
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        fresh = WorkOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
        if fresh.sends == sends + 1:
            return fresh
        if locked.state not in TAKES or fresh.sends != sends:
            raise Conflict("error.order.closed", rule_id="C-17")
        row = _store(locked, fresh, note, content, kind, by=by)
        supplied = [*fresh.facts.get("supplied", []), {"ref": row.ref, "kind": kind, "sha256": row.sha256}]
        until = _until(locked, fresh)
        sent = work_orders.resend_order(fresh.key, {"supplied": supplied}, due_at=until, by=by)
        _look_again(locked, until)
        facts = {"order": sent.ref, "supplement": row.ref}
        audit.record("order.supplied", subject_ref=case.ref, by=by, chain=case.province, rules=("C-17",), facts=facts)
        nudge("closure.advance", case.ref)
    return sent


def _checked(case: Case, order: WorkOrder, note: str, content: bytes) -> str:
    """The kind of the file, "" without one."""
    if content:
        most_kb = term(case, ATTACHMENT_KB)
        if fault := attachments.fault_of(content, most_kb=most_kb):
            raise Invalid(f"error.supply.{fault}", field="attachment", rule_id="C-17", megabytes=most_kb // 1024)
    elif order.result in NEEDS_A_FILE:
        raise Invalid("error.supply.file", field="attachment", rule_id="C-17")
    elif not note and order.result == OrderResult.DATA_WRONG:
        raise Invalid("error.supply.note", field="note", rule_id="C-17")
    return attachments.kind_of(content)


def _store(case: Case, order: WorkOrder, note: str, content: bytes, kind: str, *, by: Actor) -> Supplement:
    ref = new_ref()
    packed = base64.b64encode(content).decode()
    return Supplement.objects.create(
        ref=ref,
        case=case,
        order_ref=order.ref,
        note_box=seal_under(case.ref, note, _aad(ref, "note")) if note else b"",
        content_box=seal_under(case.ref, packed, _aad(ref, "content")) if content else b"",
        kind=kind,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest() if content else "",
        by_ref=by.ref,
        by_role=by.role,
        at=clock.now(),
    )


def _aad(ref: str, box: str) -> str:
    return f"closure_supplement.{box}_box:{ref}"


def note_of(row: Supplement) -> str:
    """What was written, unsealed; "" when nothing was."""
    return unseal_under(row.case.ref, bytes(row.note_box), _aad(row.ref, "note")) if row.note_box else ""


def content_of(row: Supplement, *, by: Actor) -> bytes:
    """The file, unsealed; who looked is in the audit chain and on the holder's page (D-02).

    Raises TooMany beyond what one person may look at within an hour, papers and single values counted with it.
    """
    if not row.content_box:
        return b""
    case = row.case
    where = {"subject_ref": case.account_ref, "case_ref": case.ref, "province": case.province}
    record_look("attachment", **where, reason=say("closure.order.read_why"), by=by)
    return base64.b64decode(unseal_under(row.case.ref, bytes(row.content_box), _aad(row.ref, "content")))


def _until(case: Case, order: WorkOrder) -> datetime:
    """The province's time begins anew: the one for ties, or the one for closing."""
    if order.kind == "untie":
        return limits.tie_end(clock.now(), term(case, TIE_HOURS)).at
    return limits.closing_end(clock.now(), term(case, CLOSING_HOURS)).at


def _look_again(case: Case, until: datetime) -> None:
    here = Case.objects.filter(pk=case.pk)
    here.filter(state=states.QUOTED).update(due_at=clock.now())
    here.filter(state=states.CLOSING).update(due_at=clock.now(), limit_at=until, owner="robot:closer")
