"""The closure certificate: issued with the closing, rendered once after it, signed, bytes stored once (C-11)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from closure.models import Case, Certificate
from closure.queries import current_quote
from closure.states import CLOSED
from portal import audit, clock
from portal.actors import Actor
from portal.errors import Conflict
from portal.lexicon import say
from portal.nudges import nudge
from portal.refs import certificate_number, new_ref, unused
from portal.sealing import blind_index
from portal.services.budgets import Limit, spend
from portal.signing import sign_document

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
ENDINGS = ("replaced", "revoked")
TEMPLATE = files("closure") / "documents" / "certificate.typ"


def issue(case: Case, *, by: Actor) -> Certificate:
    """The certificate's masked facts, in the caller's transaction; its PDF follows when the case is closed for good."""
    quote = current_quote(case)
    facts = {
        "number": case.number.masked,
        "name": case.name.masked,
        "operator": case.operator,
        "province": case.province,
        "closed_at": case.closed_at.isoformat() if case.closed_at else "",
        "frozen_until": case.frozen_until.isoformat() if case.frozen_until else "",
        "paid_fen": case.collected_fen,
        "refund_fen": max(0, -quote.total_fen) if quote else 0,
        "case_no": case.case_no,
        "chain_head": audit.head(case.province)[:16],
    }
    return Certificate.objects.create(
        ref=new_ref(),
        case=case,
        number=unused(certificate_number, lambda number: Certificate.objects.filter(number=number).exists()),
        facts=facts,
        last4_index=blind_index("last4", case.number.plain[-4:]),
        issued_at=clock.now(),
    )


def replace(case: Case, *, by: Actor) -> Certificate:
    """Issue a corrected certificate; the one before stays checkable and says that it was replaced (C-11)."""
    with transaction.atomic(durable=True):
        end(case, "replaced", by=by)
        issued = issue(case, by=by)
        nudge("closure.advance", case.ref)
        Case.objects.filter(pk=case.pk, state=CLOSED).update(due_at=clock.now())
    return issued


def end(case: Case, why: str, *, by: Actor) -> None:
    """The certificate in force is no longer: "replaced" or "revoked"; in the caller's transaction.

    Raises Conflict when there is none in force.
    """
    if why not in ENDINGS:
        raise KeyError(why)
    ended = Certificate.objects.filter(case=case, ended_at=None).update(ended_at=clock.now(), ended_for=why)
    if not ended:
        raise Conflict("error.conflict", rule_id="C-11")
    audit.record(f"closure.certificate_{why}", subject_ref=case.ref, by=by, chain=case.province, rules=("C-11",))


def render(case: Case, *, by: Actor) -> None:
    """Render the PDF when it is not there yet, sign it, and store the bytes once. Outside transactions."""
    certificate = Certificate.objects.filter(case=case, pdf=None, ended_at=None).first()
    if certificate is None:
        return
    pdf = sign_document(_pdf_of(certificate, case.language))
    digest = hashlib.sha256(pdf).hexdigest()
    with transaction.atomic(durable=True):
        stored = Certificate.objects.filter(pk=certificate.pk, pdf=None).update(
            pdf=pdf, sha256=digest, rendered_at=clock.now()
        )
        if stored:
            facts = {"sha256": digest}
            audit.record(
                "closure.certificate",
                subject_ref=case.ref,
                by=by,
                chain=case.province,
                rules=("C-11",),
                facts=facts,
            )


def _pdf_of(certificate: Certificate, lang: str) -> bytes:
    """The unsigned PDF: one A4 page, the QR holds the public check address (ECC Q)."""
    address, qr = address_of(certificate), qr_of(certificate)
    data = json.dumps(words_of(certificate, lang) | {"address": address}, ensure_ascii=False)
    pdf = typst.compile(  # type: ignore[misc]
        TEMPLATE.read_bytes(), font_paths=[str(FONTS)], sys_inputs={"data": data, "qr": qr}, ignore_system_fonts=True
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst made no PDF")
    return pdf


def address_of(certificate: Certificate) -> str:
    """The public address that checks this certificate."""
    return str(settings.SITE_URL) + reverse("certificate-check", args=[certificate.ref])


def qr_of(certificate: Certificate) -> str:
    """The QR of that address as SVG (ECC Q), without style or script, as wide as the place it is put in."""
    return str(segno.make(address_of(certificate), error="q", micro=False).svg_inline(border=2, omitsize=True))


def count_look_up(address: str) -> None:
    """Five look-ups by number in ten minutes from one address; raises TooMany beyond (twelve digits can be guessed)."""
    with transaction.atomic(durable=True):
        spend([Limit(f"certificate:{blind_index('address', address)}", 5, 600)])


def words_of(certificate: Certificate, lang: str) -> dict[str, Any]:
    """What the certificate says, from the lexicon: the page, the print and the PDF share it."""
    facts = certificate.facts
    operator = say(f"operator.{facts['operator']}", lang)
    province = say(f"province.{facts['province']}", lang)
    closed_at, frozen_until = (
        datetime.fromisoformat(facts[name]).astimezone(clock.SHANGHAI) for name in ("closed_at", "frozen_until")
    )
    rows = [
        ("number", facts["number"]),
        ("home", f"{operator} {province}"),
        ("holder", facts["name"]),
        ("closed", say("certificate.at", lang, at=closed_at, year=closed_at.year)),
        ("frozen", say("certificate.on", lang, on=frozen_until.date(), year=frozen_until.year)),
        ("settled", _money_words(facts, lang)),
        ("case", facts["case_no"]),
        ("serial", _in_fours(certificate.number)),
    ]
    owner = settings.SITE_OWNER or say("chrome.demo", lang)
    return {
        "lang": lang,
        "site": say("chrome.site", lang),
        "owner": owner,
        "title": say("certificate.title", lang),
        "sentence": say("certificate.sentence", lang),
        "rows": [(say(f"certificate.row.{name}", lang), value) for name, value in rows],
        "verify": say("certificate.verify", lang),
        "chain": say("certificate.chain", lang, head=facts["chain_head"]),
        "footer": say("certificate.footer", lang),
    }


def _money_words(facts: dict[str, Any], lang: str) -> str:
    """What was paid and what is due back; a sum of nothing is said in words."""
    paid, refund = facts["paid_fen"], facts["refund_fen"]
    kind = "both" if paid and refund else "paid" if paid else "refund" if refund else "none"
    return say(f"certificate.money.{kind}", lang, paid_fen=paid, refund_fen=refund)


def _in_fours(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
