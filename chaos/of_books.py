"""Invariants of the books as a whole: invoices, daily totals, statements, what reconciliation finds (S-01 to S-04)."""

from __future__ import annotations

from chaos.look import Look
from chaos.of_money import apart_in, standing_in

TAXED = ["bills", "unbilled", "late_fee", "penalty"]


def i19_invoice_is_what_was_charged(look: Look) -> list[str]:
    """The invoice less its red notes is what the home company charged and nobody reversed; one of a case at most, its
    tax in the ledger to the fen, its paper printed (S-04).
    """
    charged = look.rows(
        "SELECT coalesce(-sum(e.fen), 0) FROM settlement_entry e JOIN settlement_transfer t ON t.id = e.transfer_id"
        " JOIN settlement_account a ON a.id = e.account_id WHERE t.case_ref = %s AND a.kind = ANY(%s)",
        look.case_ref,
        TAXED,
    )[0][0]
    finals, gross, vat, unprinted = look.rows(
        "SELECT count(*) FILTER (WHERE i.kind = 'final'), coalesce(sum(i.gross_fen), 0), coalesce(sum(i.vat_fen), 0),"
        " count(*) FILTER (WHERE p.id IS NULL) FROM settlement_invoice i"
        " LEFT JOIN settlement_invoicepaper p ON p.invoice_id = i.id WHERE i.case_ref = %s",
        look.case_ref,
    )[0]
    posted = look.rows(
        "SELECT coalesce(-sum(e.fen), 0) FROM settlement_entry e JOIN settlement_transfer t ON t.id = e.transfer_id"
        " JOIN settlement_account a ON a.id = e.account_id AND a.kind = 'vat'"
        " JOIN settlement_invoice i ON i.ref = t.case_ref WHERE i.case_ref = %s",
        look.case_ref,
    )[0][0]
    expected = charged if look.case["state"] == "CLOSED" else 0
    wrong = [f"{finals} invoices"] if finals > 1 else []
    wrong += [f"invoiced {gross}, charged {expected}"] if gross != expected else []
    wrong += [f"tax on paper {vat}, in the ledger {posted}"] if vat != posted else []
    return wrong + ([f"{unprinted} invoices without paper"] if unprinted else [])


def i19_daily_totals_are_the_entries(look: Look) -> list[str]:
    """Up to where they reach, the daily totals are the sums of the entries, account by account (S-01)."""
    odd = look.rows(
        "SELECT coalesce(e.account_id, d.account_id), coalesce(e.fen, 0), coalesce(d.fen, 0) FROM"
        " (SELECT e.account_id, sum(e.fen) AS fen, count(*) AS n FROM settlement_entry e"
        "  JOIN settlement_transfer t ON t.id = e.transfer_id"
        "  WHERE t.xact < (SELECT coalesce(max(up_to), 0) FROM settlement_counted) GROUP BY 1) AS e"
        " FULL JOIN (SELECT account_id, sum(fen) AS fen, sum(n) AS n FROM settlement_dailytotal GROUP BY 1) AS d"
        " ON d.account_id = e.account_id WHERE (e.fen, e.n) IS DISTINCT FROM (d.fen, d.n)"
    )
    return [f"account {account}: entries {ours}, daily totals {theirs}" for account, ours, theirs in odd]


def i19_statements_hold_everything_once(look: Look) -> list[str]:
    """Up to the last statement all statements together say what the entries say, and no month is missing (S-01)."""
    odd = look.rows(
        "WITH last AS (SELECT * FROM settlement_statement WHERE operator = '161' ORDER BY last_on DESC LIMIT 1),"
        " owed AS (SELECT e.account_id, sum(e.fen) AS fen FROM settlement_entry e"
        "  JOIN settlement_transfer t ON t.id = e.transfer_id JOIN settlement_account a ON a.id = e.account_id, last"
        "  WHERE a.operator = last.operator AND a.kind IN ('receivable', 'payable') AND t.purpose <> 'settle'"
        "  AND t.xact < last.up_to AND (t.at AT TIME ZONE 'Asia/Shanghai')::date <= last.last_on GROUP BY 1),"
        " said AS (SELECT l.account_id, sum(l.fen) AS fen FROM settlement_statementline l"
        "  JOIN settlement_statement s ON s.id = l.statement_id JOIN last ON last.operator = s.operator GROUP BY 1)"
        " SELECT coalesce(o.account_id, s.account_id), coalesce(o.fen, 0), coalesce(s.fen, 0)"
        " FROM owed o FULL JOIN said s ON s.account_id = o.account_id WHERE coalesce(o.fen, 0) <> coalesce(s.fen, 0)"
    )
    gaps = look.rows(
        "SELECT s.number FROM settlement_statement s JOIN settlement_statement b ON b.id = s.before_id"
        " WHERE b.last_on + 1 <> s.first_on OR b.operator <> s.operator"
        " UNION ALL SELECT max(number) FROM settlement_statement WHERE before_id IS NULL GROUP BY operator"
        " HAVING count(*) > 1"
    )
    said = [f"account {account}: owed {ours}, in statements {theirs}" for account, ours, theirs in odd]
    return said + [f"a gap before {number}" for (number,) in gaps]


def i19_what_two_agreed_on_is_posted_once(look: Look) -> list[str]:
    """Each approval has its posting and other hands than its request; what is settled is at zero (D-10)."""
    hands = look.rows(
        "SELECT ref FROM settlement_approval WHERE state = 'APPROVED'"
        " AND (posted_id IS NULL AND verb <> 'refund' OR asked_by = decided_by)"
    )
    odd = look.rows(
        "SELECT s.number FROM settlement_statement s"
        " LEFT JOIN settlement_approval p ON p.statement_id = s.id AND p.state = 'APPROVED'"
        " WHERE (s.state = 'SETTLED') <> (p.id IS NOT NULL) OR s.state = 'SETTLED' AND EXISTS ("
        "  SELECT FROM settlement_statementline l LEFT JOIN settlement_entry e"
        "  ON e.transfer_id = p.posted_id AND e.account_id = l.account_id WHERE l.statement_id = s.id"
        "  AND l.fen + coalesce(e.fen, 0) <> 0)"
    )
    alone = look.rows(
        "SELECT p.ref FROM settlement_payout p WHERE p.fen > 500000 AND p.state IN ('SENT', 'UNKNOWN', 'PAID') AND NOT"
        " EXISTS (SELECT FROM settlement_approval a WHERE a.payout_id = p.id AND a.state = 'APPROVED')"
    )
    wrong = [f"request {ref} was not decided by another" for (ref,) in hands]
    wrong += [f"{number} is not settled as it says" for (number,) in odd]
    return wrong + [f"large refund {ref} went out unseen" for (ref,) in alone]


def i19_nothing_is_left_on_its_way(look: Look) -> list[str]:
    """Once all is over nothing is owed, came back, or is in suspense any more (C-05)."""
    left = look.rows(
        "SELECT a.kind, sum(e.fen) FROM settlement_entry e JOIN settlement_account a ON a.id = e.account_id"
        " JOIN settlement_transfer t ON t.id = e.transfer_id WHERE t.case_ref = ANY(%s)"
        " AND a.kind IN ('refund_owed', 'bounced_refund', 'suspense') GROUP BY 1 HAVING sum(e.fen) <> 0",
        look.refs,
    )
    return [f"{fen} left in {kind}" for kind, fen in left]


def i20_what_is_apart_is_found(look: Look) -> list[str]:
    """Once the day of its closing was compared, whatever is apart in a case is a difference with a work order of its
    own, to the fen, and nothing else of it is (S-03).
    """
    done = look.rows(
        "SELECT max(r.id) FROM settlement_reconciliation r, closure_case c WHERE c.ref = %s AND c.closed_at IS NOT NULL"
        " AND r.operator = '161' AND r.province = '35' AND r.state <> 'WAITING'"
        " AND r.day = (c.closed_at AT TIME ZONE 'Asia/Shanghai')::date",
        look.case_ref,
    )[0][0]
    if done is None:
        return []
    apart = apart_in(look)
    found = standing_in(look)
    ordered = look.rows(
        "SELECT d.account FROM settlement_difference d JOIN portal_workorder o ON o.key = d.order_key"
        " AND o.state NOT IN ('DONE', 'CANCELLED') WHERE d.case_ref = %s AND d.state = 'STANDING'",
        look.case_ref,
    )
    apart = apart_in(look)
    wrong = [f"apart {apart}, found {found}"] if apart != found else []
    return wrong + [f"{account} has no work order" for account in found.keys() - {one for (one,) in ordered}]
