"""The questions a province can be asked and the orders it can be given, with the shape of every answer.

Money is whole fen, dates are ISO text. Every reply travels in one envelope:
`{"re": id, "ending": "done"|"refused"|"not_found", "clock": iso, "facts": {...}, "code": "", "words": ""}`. `re` is the
exchange or command id it answers.
"""

from __future__ import annotations

from bss.shapes import Day, Fen, Fields, Flag, Instant, ListOf, Maybe, Month, OneOf, Shape, Text

LINE_STATES = frozenset({"normal", "one_way", "two_way", "lost", "preclosed", "closed"})
_ID = Text(40)
_CONTRACT = Fields(
    {
        "id": _ID,
        "kind": OneOf(frozenset({"pretty", "terminal", "converged"})),
        "name": Text(),
        "signed_on": Day(),
        "ends_on": Day(),
        "monthly_fen": Fen(),
        "months_total": Fen(),
        "subsidy_fen": Fen(),
        "claimed_fen": Fen(),
        "formula": OneOf(frozenset({"remaining_share", "subsidy_share", "minimum_spend"})),
        "percent": Fen(),
        "minimum_fen": Fen(),
        "published_on": Maybe(Day()),
        "document": Maybe(Fields({"id": _ID, "sha256": Text(64)})),
    },
    {"version": _ID},  # the province's own name for the version of its formula
)
_TIE = Fields(
    {
        "id": _ID,
        "kind": OneOf(frozenset({"family", "group", "broadband", "main_card", "sub_card"})),
        "name": Text(),
        "change": Text(500),
        "price_fen": Fen(),
        "on": Maybe(Day()),
    }
)
_HOLD = Fields({"authority": Text(), "kind": _ID, "since": Day(), "object_to": Text(500)})
_BILL = Fields({"month": Month(), "fen": Fen(), "paid_fen": Fen(), "issued_on": Day(), "due_on": Day()})

_BUCKET_KIND = OneOf(frozenset({"own", "gifted", "deposit"}))
# What else ends with the number (C-10); a province may leave any of it out.
_GOING: dict[str, Shape] = {
    "coupons": ListOf(Text()),
    "subscriptions": ListOf(Fields({"name": Text(), "monthly_fen": Fen()})),
    "auto_pay": ListOf(Text()),
}

QUESTIONS: dict[str, Shape] = {
    "identity": Fields(
        {
            "match": Flag(),
            "kind": OneOf(frozenset({"person", "unit", "heir"})),
            "real_name": Flag(),
            "line_state": OneOf(LINE_STATES),
            "holds": ListOf(_HOLD),
            "sms": Flag(),
        }
    ),
    "password": Fields({"match": Flag()}),
    "package": Fields(
        {
            "code": _ID,
            "name": Text(),
            "monthly_fen": Fen(),
            "single_card": Flag(),
            "goes_with_it": ListOf(Text()),
        }
    ),
    "contract": Fields({"contracts": ListOf(_CONTRACT)}),
    "bills": Fields(
        {
            "bills": ListOf(_BILL),
            "unbilled": Maybe(Fields({"from": Day(), "through": Day(), "monthly_fen": Fen()})),
        }
    ),
    "prepayment": Fields(
        {
            "buckets": ListOf(
                Fields(
                    {
                        "id": _ID,
                        "kind": _BUCKET_KIND,
                        "fen": Fen(),
                        "name": Text(),
                    }
                )
            )
        }
    ),
    "arrears": Fields(
        {"bills": ListOf(Fields({"month": Month(), "unpaid_fen": Fen(), "due_on": Day()})), "total_fen": Fen()}
    ),
    "ties": Fields({"ties": ListOf(_TIE), "points": Fen(), "equipment": ListOf(Text())}, _GOING),
    "roaming": Fields(
        {"roamed": ListOf(Fields({"where": Text(), "on": Day()})), "expected_by": Maybe(Day())},
        {"charges": ListOf(Fields({"id": _ID, "where": Text(), "on": Day(), "fen": Fen()}, {"arrived_on": Day()}))},
    ),
    "evidence": Fields({"document": Maybe(Fields({"id": _ID, "sha256": Text(64)})), "words": Text(500)}),
    "snapshot": Fields(
        {
            "plan": _ID,
            "state": OneOf(LINE_STATES),
            "contracts": ListOf(Fields({"id": _ID, "ends_on": Day(), "released": Flag()})),
            "charging": OneOf(frozenset({"on", "stopped"})),
            "balance_fen": Fen(least=-(10**12)),
            "digest": Text(64),
        },
        {
            "owed_fen": Fen(),
            "buckets": ListOf(Fields({"id": _ID, "kind": _BUCKET_KIND, "name": Text(), "fen": Fen()})),
            "ties": ListOf(Fields({"id": _ID, "state": OneOf(frozenset({"tied", "prepared", "untied"}))})),
        },
    ),
    "events": Fields(
        {
            "events": ListOf(
                Fields(
                    {
                        "kind": OneOf(frozenset({"top_up", "bill_run", "calls", "plan_change"})),
                        "at": Instant(),
                        "fen": Fen(least=-(10**12)),
                        "bucket": Text(40),
                        "name": Text(),
                    }
                )
            )
        }
    ),
    "effects": Fields(
        {
            "effects": ListOf(
                Fields(
                    {
                        "command_id": _ID,
                        "verb": _ID,
                        "fen": Fen(least=-(10**12)),
                        "at": Instant(),
                        "undoes": Maybe(_ID),
                    }
                )
            ),
            "sum_fen": Fen(least=-(10**12)),
        }
    ),
    # The province's own book between two days, whole (docs/book-digest.md): it names no line and no person.
    "book_digest": Fields(
        {
            "digest": Text(20),
            "rows": Fen(),
            "buckets": ListOf(Fields({"bucket": Fen(), "digest": Text(20), "rows": Fen()})),
        }
    ),
    "book_rows": Fields(
        {
            "rows": ListOf(
                Fields(
                    {
                        "id": Fen(),
                        "command_id": _ID,
                        "case_ref": _ID,
                        "account": _ID,
                        "on": Day(),
                        "fen": Fen(least=-(10**12)),
                    }
                )
            ),
            "more": Flag(),
        }
    ),
}

VERBS: frozenset[str] = frozenset(
    {
        "stop_charging",
        "resume_charging",
        "prepare_tie",
        "cancel_tie",
        "execute_tie",
        "settle",
        "settle_claim",
        "release_contract",
        "close_line",
        "reopen_line",
        "refund",
        "restore_service",
        "pay_in",
        "reverse",
    }
)
# What an order's answer may say beyond "done"; all optional, because a province may leave it out.
DONE_FACTS: Shape = Fields(
    {},
    {
        "at": Instant(),
        "effective_at": Instant(),
        "closed_at": Instant(),
        "free_service_until": Instant(),
        "change": Text(500),
        "price_fen": Fen(),
        "on": Maybe(Day()),
        "stands": _ID,  # the earlier command that had taken effect after all, so that this one did nothing
    },
)
ENVELOPE = Fields(
    {"ending": OneOf(frozenset({"done", "refused", "not_found"})), "clock": Instant()},
    {"re": _ID, "code": Text(64), "words": Text(500)},
)
