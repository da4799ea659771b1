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
LIES_TO_ESCALATE = Parameter("closure.lies_to_escalate", "int", 3, "commands", "C-17")
CLOSING_HOURS = Parameter("closure.closing_hours", "int", 24, "hours", "C-13")
TIE_HOURS = Parameter("closure.tie_hours", "int", 24, "hours", "C-07")
AGAIN_MONTHS = Parameter("closure.again_months", "int", 12, "months", "C-04")
BARRED = Parameter("closure.barred", "list", ["roaming", "premium", "international"], "services", "C-04")
REMINDER_DAYS = Parameter("closure.reminder_days", "list", [3, 7, 25], "days", "C-19")
KEEP_FEN = Parameter("closure.keep_fen", "int", 500, "fen a month", "C-19")
FORMALITIES_DAYS = Parameter("closure.formalities_days", "int", 7, "days", "C-13")
MEAN_MINUTES = Parameter("closure.mean_minutes", "int", 60, "minutes", "C-13")
TURNED_AWAY_DAYS = Parameter("closure.turned_away_days", "int", 180, "days", "C-13")
ATTACHMENT_KB = Parameter("closure.attachment_kb", "int", 2048, "KB", "C-17")
FREEZE_DAYS = Parameter("closure.freeze_days", "int", 90, "days", "C-11")
HAVE_BACK_TIMES = Parameter("closure.have_back_times", "int", 1, "times", "C-11")
HAVE_BACK_DAYS = Parameter("closure.have_back_days", "int", 7, "days the freeze is kept while it is done", "C-11")
SCORE_DAYS = Parameter("closure.score_days", "int", 30, "days in which a case can be rated", "T-15")
COMMAND_MINUTES = Parameter("closure.command_minutes", "int", 10, "minutes", "C-12")
PAYMENT_MINUTES = Parameter("closure.payment_minutes", "int", 30, "minutes", "C-05")
REFUND_DAYS = Parameter("closure.refund_days", "int", 3, "days", "C-05")
CONTACT_CAP = Parameter("closure.contact_cap", "int", 1, "contacts", "C-14")
REFUND_ROUTES = Parameter("closure.refund_routes", "list", ["card", "line", "cash"], "routes", "C-05")
ROAMING_CYCLES = Parameter("closure.roaming_cycles", "int", 2, "bill cycles", "C-06")
ROAMING_KEEP_FEN = Parameter("closure.roaming_keep_fen", "int", 10_000, "fen kept back at most", "C-06")
ROAMING_HOURS = Parameter("closure.roaming_hours", "int", 24, "hours between two questions", "C-06")
ROAMING_SILENT_DAYS = Parameter("closure.roaming_silent_days", "int", 5, "days a silent province still has", "C-06")
DEPOSIT = Parameter("closure.deposit", "text", "refund", "refund, until_term or keep", "C-05")
EVIDENCE_DAYS = Parameter("closure.evidence_days", "int", 5, "days the operator has for its evidence", "C-03")
EVIDENCE_HOURS = Parameter("closure.evidence_hours", "int", 6, "hours between two questions for it", "C-03")
DISPUTES_OF_A_LINE = Parameter("closure.disputes_of_a_line", "int", 3, "times one line can be disputed", "C-03")
EVIDENCE_ANSWER_DAYS = Parameter("closure.evidence_answer_days", "int", 15, "days the person has to answer it", "C-03")
DELEGATE_AT_HOME = Parameter("closure.delegate_at_home", "bool", True, "open", "C-09")
DELEGATE_ACROSS = Parameter("closure.delegate_across", "bool", False, "open", "C-09")
PAPER_HOURS = Parameter("closure.paper_hours", "int", 24, "hours", "C-09")
PAPER_TRIES = Parameter("closure.paper_tries", "int", 20, "times papers are sent, per d", "C-09")
PHOTO_TRIES = Parameter("closure.photo_tries", "int", 10, "per d", "C-08")
PASSWORD_TRIES = Parameter("closure.password_tries", "int", 5, "per d", "C-08")
HOLDER_TRIES = Parameter("closure.holder_tries", "int", 5, "per d", "C-08")
HOLD_HOURS = Parameter("closure.hold_hours", "int", 24, "hours", "C-23")
SITTING_MOST = Parameter("closure.sitting_most", "int", 5, "numbers", "C-26")

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
    EVIDENCE_DAYS,
    DEPOSIT,
    ROAMING_CYCLES,
    ROAMING_KEEP_FEN,
)
