"""Invariants of money: the ledger, the home province's book, what was quoted (RELIABILITY 2.4, 1 to 3)."""

from __future__ import annotations

from chaos.look import Look

BOOK_OF = {
    "agent": ["provider", "cash"],
    "prepayment": ["prepayment", "deposit"],
    "receivable": ["bills"],
    "unbilled": ["unbilled"],
    "late_fee": ["late_fee"],
    "penalty": ["penalty"],
}
"""Which of the centre's accounts each account of a province's book stands for."""


def i01_ledger_balances(look: Look) -> list[str]:
    """Each transfer sums to zero, and so does everything."""
    odd = look.rows(
        "SELECT t.ref, coalesce(sum(e.fen), 0) FROM settlement_transfer t LEFT JOIN settlement_entry e"
        " ON e.transfer_id = t.id WHERE t.case_ref = ANY(%s) GROUP BY t.ref HAVING coalesce(sum(e.fen), 1) <> 0",
        look.refs,
    )
    total = look.rows("SELECT coalesce(sum(fen), 0) FROM settlement_entry")[0][0]
    return [f"transfer {ref} sums to {fen}" for ref, fen in odd] + ([f"all entries sum to {total}"] if total else [])


LAWS = {
    "settlement_account": {"only_added", "not_emptied"},
    "settlement_voucher": {"only_added", "not_emptied"},
    "settlement_transfer": {"only_added", "not_emptied", "lawful"},
    "settlement_entry": {"only_added", "not_emptied", "lawful", "in_time"},
    "settlement_statement": {"stands", "only_added", "not_emptied"},
    "settlement_statementline": {"with_statement", "only_added", "not_emptied"},
    "settlement_statementcorrection": {"with_statement", "only_added", "not_emptied"},
    "settlement_statementpaper": {"only_added", "not_emptied"},
    "settlement_invoice": {"stands", "in_turn", "only_added", "not_emptied", "lawful"},
    "settlement_invoiceline": {"with_invoice", "only_added", "not_emptied"},
    "settlement_invoicepaper": {"only_added", "not_emptied"},
    "settlement_approval": {"stands", "only_added", "not_emptied"},
    "settlement_payout": {"approved"},
    "settlement_laterefund": {"only_added", "not_emptied"},
}


def i01_laws_stand(look: Look) -> list[str]:
    """The laws of the ledger are still in force: every trigger of them is there and fires always."""
    found = set(
        look.rows(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgrelid::regclass::text LIKE 'settlement_%%' AND NOT tgisinternal AND tgenabled = 'A'"
        )
    )
    return [
        f"{table}: {law} is not in force"
        for table, laws in LAWS.items()
        for law in laws - {name for where, name in found if where == table}
    ]


def i02_books_agree(look: Look) -> list[str]:
    """What the centre posted for a case is what the home province's own book says, account by account; where it is not,
    a difference stands for it, to the fen (S-03).
    """
    known = standing_in(look)
    return [f"{account}: {fen} apart" for account, fen in apart_in(look).items() if known.get(account) != fen]


def apart_in(look: Look) -> dict[str, int]:
    """By how much the centre's posting of a case differs from the home province's book, account by account.

    What two people of finance reversed is the centre's own correction: the book is compared with what it was told.
    """
    book = dict(look.theirs("SELECT account, sum(fen) FROM book WHERE case_ref = ANY(%s) GROUP BY 1", look.refs))
    ours = dict(
        look.rows(
            "SELECT a.kind, sum(e.fen) FROM settlement_entry e JOIN settlement_account a ON a.id = e.account_id"
            " JOIN settlement_transfer t ON t.id = e.transfer_id WHERE t.case_ref = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM settlement_approval p WHERE p.posted_id = t.id) GROUP BY 1",
            look.refs,
        )
    )
    sums = {account: sum(int(ours.get(kind, 0)) for kind in kinds) for account, kinds in BOOK_OF.items()}
    pairs = {account: fen - int(book.get(account, 0)) for account, fen in sums.items()}
    return {account: fen for account, fen in pairs.items() if fen}


def standing_in(look: Look) -> dict[str, int]:
    """The differences of a case that stand: account → ours less theirs."""
    found = look.rows(
        "SELECT account, sum(ours_fen - theirs_fen) FROM settlement_difference"
        " WHERE case_ref = %s AND state = 'STANDING' GROUP BY 1",
        look.case_ref,
    )
    return {account: int(fen) for account, fen in found if fen}


def i03_money_is_as_quoted(look: Look) -> list[str]:
    """Paid in less paid out is what the last quote says and what an earlier closing had settled at home before it was
    refused, less what was kept and given back later (C-05, C-06). A case that ended otherwise keeps nothing (C-12).
    """
    paid = look.rows(
        "SELECT coalesce(sum(fen), 0) FROM settlement_payment WHERE case_ref = ANY(%s) AND state = 'PAID'", look.refs
    )[0][0]
    out = look.rows(
        "SELECT coalesce(sum(fen), 0) FROM settlement_payout WHERE case_ref = ANY(%s) AND state = 'PAID'", look.refs
    )[0][0]
    quoted = look.rows(
        "SELECT coalesce(sum(l.fen) FILTER (WHERE l.kind <> 'collected'), 0) FROM closure_quoteline l"
        " JOIN closure_quote q ON q.id = l.quote_id JOIN closure_case c ON c.id = q.case_id WHERE c.ref = %s"
        " AND q.seq = (SELECT max(seq) FROM closure_quote WHERE case_id = c.id)",
        look.case_ref,
    )[0][0]
    back = look.rows("SELECT coalesce(sum(back_fen), 0) FROM closure_roamingtail WHERE ref = ANY(%s)", look.refs)[0][0]
    earlier = look.rows(
        "SELECT o.command_ref FROM closure_caseorder o JOIN closure_case c ON c.id = o.case_id WHERE c.ref = %s"
        " AND o.step LIKE 'settle:%%' AND split_part(o.step, ':', 2)::int <"
        " (SELECT max(seq) FROM closure_quote WHERE case_id = c.id)",
        look.case_ref,
    )
    settled = look.theirs(
        "SELECT coalesce(sum(fen), 0) FROM effects WHERE command_id = ANY(%s)", [ref for (ref,) in earlier]
    )[0][0]
    expected = quoted + settled - back if look.case["state"] == "CLOSED" else 0
    return [] if paid - out == expected else [f"paid {paid}, paid out {out}, expected {expected}"]


def i03_refund_is_own_money(look: Look) -> list[str]:
    """No refund is above the subscriber's own money; gifted credit is never touched (C-05)."""
    gifts = look.theirs("SELECT id, fen FROM buckets WHERE number = %s AND kind = 'gifted'", look.number)
    touched = [f"gift {bucket} is {fen}" for bucket, fen in gifts if fen != 2000]
    below = look.theirs("SELECT id FROM buckets WHERE number = %s AND fen < 0", look.number)
    return touched + [f"bucket {bucket} below zero" for (bucket,) in below]


def i03_charges_stop_at_filing(look: Look) -> list[str]:
    """No recurring charge after the filing: the province stopped as of that instant (C-04)."""
    if look.case["state"] != "CLOSED":
        return []
    stopped = look.theirs("SELECT stopped_from FROM lines WHERE number = %s", look.number)[0][0]
    return [] if stopped == look.case["filed_at"] else [f"charges stopped from {stopped}"]
