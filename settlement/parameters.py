"""The dated parameters of payments (⚙)."""

from __future__ import annotations

from portal.parameters import Parameter

RETRY_SECONDS = Parameter("settlement.retry", "int", 5, "s, doubled up to 64 times", "S-01")
LEASE_SECONDS = Parameter("settlement.lease", "int", 30, "s", "S-01")
WATCH_SECONDS = Parameter("settlement.watch", "int", 20, "s between enquiries while the payer decides", "S-01")
CALLBACK_WINDOW_SECONDS = Parameter("settlement.callback_window", "int", 300, "s", "S-01")
PAYOUT_HOURS = Parameter("settlement.payout_window", "int", 24, "h", "C-05")
CASH_DAYS = Parameter("settlement.cash_window", "int", 90, "d cash waits in the store", "C-05")
REFUND_FOUR_EYES = Parameter("settlement.refund_four_eyes", "int", 500_000, "fen one person may refund alone", "D-10")
REFUND_CHECK_HOURS = Parameter("settlement.refund_check", "int", 24, "h finance has to check a large refund", "D-10")
LATE_REFUND_PERMILLE = Parameter("settlement.late_refund", "int", 0, "‰ of a late refund a day", "S-05")
FREEZE_DAY = Parameter("settlement.freeze_day", "int", 1, "day of the next month", "S-01")
RECONCILE_HOUR = Parameter("settlement.reconcile_hour", "int", 1, "o'clock, of the day before", "S-03")
RECONCILE_DAYS = Parameter("settlement.reconcile_days", "int", 35, "d looked back, the day itself included", "S-03")
RECONCILE_RETRY_SECONDS = Parameter("settlement.reconcile_retry", "int", 60, "s, doubled up to 64 times", "S-03")
UNANSWERED_HOURS = Parameter("settlement.unanswered_hours", "int", 24, "h until a silent book is a work order", "S-03")
STILL_MOVING_DAYS = Parameter("settlement.still_moving", "int", 3, "d a case may rest between two steps", "S-03")
BOOKS_DAYS = Parameter("settlement.books_days", "int", 2, "d to explain a difference", "S-03")

VAT_RATES = {
    "bills": Parameter("vat.bills", "int", 90, "‰, contained in the price", "S-04"),
    "unbilled": Parameter("vat.unbilled", "int", 90, "‰, contained in the price", "S-04"),
    "late_fee": Parameter("vat.late_fee", "int", 90, "‰, contained in the price", "S-04"),
    "penalty": Parameter("vat.penalty", "int", 90, "‰, contained in the price", "S-04"),
}
"""By kind of charge; see decision 26."""

RECONCILING = (
    RECONCILE_HOUR,
    RECONCILE_DAYS,
    RECONCILE_RETRY_SECONDS,
    UNANSWERED_HOURS,
    STILL_MOVING_DAYS,
    BOOKS_DAYS,
)
PARAMETERS = (
    RETRY_SECONDS,
    LEASE_SECONDS,
    WATCH_SECONDS,
    CALLBACK_WINDOW_SECONDS,
    PAYOUT_HOURS,
    CASH_DAYS,
    REFUND_FOUR_EYES,
    REFUND_CHECK_HOURS,
    LATE_REFUND_PERMILLE,
    FREEZE_DAY,
    *RECONCILING,
    *VAT_RATES.values(),
)
