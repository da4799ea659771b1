"""Rows of the closure app."""

from closure.models.case import Case, CaseOrder, Check, FindingRow
from closure.models.certificate import Certificate
from closure.models.contact import Contact
from closure.models.dispute import Claim, Dispute
from closure.models.having_back import HavingBack
from closure.models.opening import Opening, TurnedAway
from closure.models.quote import Quote, QuoteLine
from closure.models.reminding import Reminder
from closure.models.restoring import Restoring
from closure.models.roaming import RoamingTail
from closure.models.satisfaction import Satisfaction
from closure.models.standing import Mandate, Paper, Sighting
from closure.models.supplement import Supplement

__all__ = [
    "Case",
    "CaseOrder",
    "Certificate",
    "Check",
    "Claim",
    "Contact",
    "Dispute",
    "FindingRow",
    "HavingBack",
    "Mandate",
    "Opening",
    "Paper",
    "Quote",
    "QuoteLine",
    "Reminder",
    "Restoring",
    "RoamingTail",
    "Satisfaction",
    "Sighting",
    "Supplement",
    "TurnedAway",
]
