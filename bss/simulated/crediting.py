"""What was billed for time after the charges had stopped is taken off again: the stop may be known later than it holds
(C-04). Whole fen; a bill that was paid already gives it back into the holder's own bucket.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime
from fractions import Fraction

from bss.simulated.effects import At
from bss.simulated.replies import Row, rows
from portal.clock import SHANGHAI
from portal.rules.money import round_fen

_CREDITED = (
    "UPDATE bills SET fen = fen - %s, paid_fen = paid_fen - %s, credited = true WHERE number = %s AND month = %s"
)
_BACK = (
    "INSERT INTO buckets (number, id, kind, name, fen) VALUES (%s, 'own', 'own', '话费余额', %s)"
    " ON CONFLICT (number, id) DO UPDATE SET fen = buckets.fen + excluded.fen"
)
_KEPT = "INSERT INTO events (number, kind, at, fen, bucket, name) VALUES (%s, %s, %s, %s, %s, %s)"


def credit(at: At, effective: datetime) -> None:
    """Correct every bill issued since, once: the plan's fee for the days after `effective`, and what it was paid with.

    What is corrected is an event of the line, as the bill run was: a withdrawal's proof shows it (C-12).
    """
    day = effective.astimezone(SHANGHAI).date()
    plan = rows(at.db, "SELECT monthly_fen FROM plans WHERE code = %s", at.line["plan_code"])[0]
    issued = "SELECT * FROM bills WHERE number = %s AND issued_on >= %s AND month >= %s AND NOT credited ORDER BY month"
    for bill in rows(at.db, issued, at.number, day, f"{day:%Y-%m}"):
        _correct(at, bill, _after(bill["month"], day, plan["monthly_fen"]))


def _correct(at: At, bill: Row, fee: int) -> None:
    fen = min(fee, bill["fen"])
    back = max(0, bill["paid_fen"] - (bill["fen"] - fen))
    at.do(_CREDITED, fen, back, at.number, bill["month"])
    if fen > back:
        at.do(_KEPT, at.number, "bill_run", at.now, fen - back, "", bill["month"])
    if back:
        at.do(_BACK, at.number, back)
        at.do(_KEPT, at.number, "top_up", at.now, back, "own", bill["month"])


def _after(month: str, day: date, monthly_fen: int) -> int:
    """The plan's fee for the days of a month that come after `day`, which itself is charged."""
    year, number = int(month[:4]), int(month[5:])
    if (year, number) != (day.year, day.month):
        return monthly_fen
    of = calendar.monthrange(year, number)[1]
    return round_fen(Fraction(monthly_fen * (of - day.day), of))
