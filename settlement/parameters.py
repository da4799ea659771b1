"""The dated parameters of payments (⚙)."""

from __future__ import annotations

from portal.parameters import Parameter

RETRY_SECONDS = Parameter("settlement.retry", "int", 5, "s, doubled up to 64 times", "S-01")
LEASE_SECONDS = Parameter("settlement.lease", "int", 30, "s", "S-01")
WATCH_SECONDS = Parameter("settlement.watch", "int", 20, "s between enquiries while the payer decides", "S-01")
CALLBACK_WINDOW_SECONDS = Parameter("settlement.callback_window", "int", 300, "s", "S-01")
PAYOUT_HOURS = Parameter("settlement.payout_window", "int", 24, "h", "C-05")
CASH_DAYS = Parameter("settlement.cash_window", "int", 90, "d cash waits in the store", "C-05")
FREEZE_DAY = Parameter("settlement.freeze_day", "int", 1, "day of the next month", "S-01")

PARAMETERS = (RETRY_SECONDS, LEASE_SECONDS, WATCH_SECONDS, CALLBACK_WINDOW_SECONDS, PAYOUT_HOURS, CASH_DAYS, FREEZE_DAY)
