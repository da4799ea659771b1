"""All findings of a case at once, from whatever the province answered (C-01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from closure.rules import arrears, contract, identity, standing, untying
from closure.rules.finding import BLOCK, INFO, Facts, Finding
from closure.rules.standing import Standing

SIX = ("identity", "package", "contract", "bills", "prepayment", "arrears")
ABOUT_PERSON = ("other_line", "password")
SELF = Standing()
QUESTIONS = (*SIX, "ties", "roaming", "snapshot")


@dataclass(frozen=True)
class Terms:
    """The pinned figures a verification needs."""

    late_fee_permille: int
    abnormal_bill_factor: int


def all_findings(
    answers: Mapping[str, Facts],
    refused: Mapping[str, str],
    *,
    filed_on: date,
    today: date,
    terms: Terms,
    by: Standing = SELF,
) -> list[Finding]:
    """Every finding, BLOCK first. `refused` maps a question to the province's own code where it would not answer.

    A holder mismatch ends the list, and so does a person who is not proved yet: nothing else about the line is shown
    to somebody who may not hold it (C-08). `by` tells how the person was proved and for whom they act.
    """
    found = identity.findings(answers["identity"]) if "identity" in answers else []
    about_person = standing.findings(answers, by)
    if standing.MISMATCH in found + about_person:
        return [standing.MISMATCH]
    if not standing.proves(about_person):
        return about_person
    found += about_person
    if "contract" in answers:
        found += contract.findings(answers["contract"], today=today)
    if "arrears" in answers:
        found += arrears.findings(answers["arrears"], filed_on=filed_on, permille=terms.late_fee_permille)
    if "bills" in answers:
        found += arrears.abnormal_bills(answers["bills"], factor=terms.abnormal_bill_factor)
    if "ties" in answers:
        found += untying.tie_findings(answers["ties"]) + untying.leaving_findings(answers["ties"])
    if "roaming" in answers:
        found += untying.roaming_findings(answers["roaming"])
    found += [_refused(question, code) for question, code in refused.items() if question not in ABOUT_PERSON]
    return sorted(found, key=lambda finding: (BLOCK, "WARN", INFO).index(finding.severity))


def is_proved(answers: Mapping[str, Facts], by: Standing) -> bool:
    """Whether the person is known to have the right to close this number: only then is the line touched at all."""
    if "identity" not in answers or not answers["identity"]["match"]:
        return False
    about_person = standing.findings(answers, by)
    return standing.MISMATCH not in about_person and standing.proves(about_person)


def _refused(question: str, code: str) -> Finding:
    """A province that will not answer does not stop the case; its words stand as evidence (B-2, B-7)."""
    if question == "identity":
        return Finding("province.identity_refused", BLOCK, ("C-01", "B-2"), {"code": code}, question=question)
    return Finding("province.refused", INFO, ("C-01", "B-2"), {"code": code}, question=question)
