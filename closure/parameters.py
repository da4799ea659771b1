"""The dated figures of a closure (⚙ in the rulebook): each declared once, with unit, default and rule."""

from portal.parameters import Parameter

LATE_FEE_PERMILLE = Parameter("closure.late_fee_permille", "int", 3, "‰ a day", "C-15")
ABNORMAL_BILL_FACTOR = Parameter("closure.abnormal_bill_factor", "int", 5, "times the three-month mean", "C-15")
FREE_SERVICE_HOURS = Parameter("closure.free_service_hours", "int", 72, "hours", "C-04")
MISMATCH_DAYS = Parameter("closure.mismatch_days", "int", 3, "days", "C-08")
LAPSE_DAYS = Parameter("closure.lapse_days", "int", 30, "days", "C-19")
QUOTE_HOURS = Parameter("closure.quote_hours", "int", 24, "hours", "C-05")
VERIFY_LIMIT_MINUTES = Parameter("closure.verify_limit_minutes", "int", 30, "minutes", "C-13")
RETRY_SECONDS = Parameter("closure.retry_seconds", "int", 20, "seconds", "C-13")
CLOSING_HOURS = Parameter("closure.closing_hours", "int", 24, "hours", "C-13")
TIE_HOURS = Parameter("closure.tie_hours", "int", 24, "hours", "C-07")
FREEZE_DAYS = Parameter("closure.freeze_days", "int", 90, "days", "C-11")
COMMAND_MINUTES = Parameter("closure.command_minutes", "int", 10, "minutes", "C-12")
PAYMENT_MINUTES = Parameter("closure.payment_minutes", "int", 30, "minutes", "C-05")
REFUND_DAYS = Parameter("closure.refund_days", "int", 3, "days", "C-05")
CONTACT_CAP = Parameter("closure.contact_cap", "int", 1, "contacts", "C-14")
REFUND_ROUTES = Parameter("closure.refund_routes", "list", ["card", "line", "cash"], "routes", "C-05")

PINNED = (
    LATE_FEE_PERMILLE,
    ABNORMAL_BILL_FACTOR,
    FREE_SERVICE_HOURS,
    MISMATCH_DAYS,
    LAPSE_DAYS,
    QUOTE_HOURS,
    CLOSING_HOURS,
    FREEZE_DAYS,
    REFUND_DAYS,
    REFUND_ROUTES,
)
