"""The ledger by the API: accounts with their balances, entries, one transfer (S-01, S-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from portal.api.fields import Pattern, Text
from portal.api.figures import Day
from portal.api.operations import Call, operation
from portal.api.paging import ListQuery, page_of
from portal.errors import Missing
from settlement.api.shapes import AccountList, AccountShown, EntryList, EntryShown, TransferShown, named
from settlement.models import Account, Entry, Transfer
from settlement.queries import numbers_of, refs_under, visible_to
from settlement.queries_books import accounts_visible_to, balances, entries_on, entries_visible_to

KEY = r"^[1-9][0-9]{0,17}$"
LONGEST_NUMBER = 24


class EntryQuery(ListQuery):
    """Which entries: of an account, of a day of it, or under the number of a case's papers."""

    account = Pattern(KEY, required=False, help_text="The `id` of an account.")
    on = Day(required=False, help_text="A day in Shanghai; only with `account`.")
    voucher = Text(required=False, max_length=LONGEST_NUMBER, help_text="The number of a case's papers.")

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """A day belongs to an account."""
        if "on" in attrs and "account" not in attrs:
            raise serializers.ValidationError({"account": [serializers.ErrorDetail("", "required")]})
        return attrs


@operation("accounts_list", "settlement.read", answer=AccountList, query=ListQuery, rules=("S-01",))
def list_accounts(call: Call) -> dict[str, Any]:
    """List the accounts in scope with their balances now."""
    rows, following = page_of(call, accounts_visible_to(call.actor))
    found = balances(Account.objects.filter(pk__in=[row.pk for row in rows]))
    items = [named(row, AccountShown) | {"balance_fen": found.get(row.pk, 0)} for row in rows]
    return {"items": items, "next": following}


@operation("entries_list", "settlement.read", answer=EntryList, query=EntryQuery, rules=("S-02",))
def list_entries(call: Call) -> dict[str, Any]:
    """List the entries in scope, newest first: all, of one account or a day of it, or under one number."""
    rows, following = page_of(call, _entries(call).select_related("transfer", "account"))
    return {"items": _shown(rows), "next": following}


def _entries(call: Call) -> Any:
    rows = entries_visible_to(call.actor)
    if "account" in call.query:
        account = accounts_visible_to(call.actor).filter(pk=int(call.query["account"])).first()
        if account is None:
            raise Missing("error.api.missing")
        rows = entries_on(account, call.query["on"]) if "on" in call.query else rows.filter(account=account)
    if "voucher" in call.query:
        rows = rows.filter(transfer__case_ref__in=refs_under(call.query["voucher"]))
    return rows


@operation("transfers_read", "settlement.read", answer=TransferShown, rules=("S-02",))
def read_transfer(call: Call) -> dict[str, Any]:
    """Show one transfer with its entries, and what it reverses or was reversed by."""
    row = visible_to(call.actor).filter(ref=call.path["ref"]).select_related("reverses").first()
    if row is None:
        raise Missing("error.api.missing")
    undoing = Transfer.objects.filter(reverses=row).first()
    entries = row.entries.select_related("transfer", "account").order_by("pk")
    return named(row, TransferShown) | {
        "number": numbers_of({row.case_ref}).get(row.case_ref, ""),
        "reverses": row.reverses.ref if row.reverses else "",
        "reversed_by": undoing.ref if undoing else "",
        "entries": _shown(list(entries)),
    }


def _shown(rows: list[Entry]) -> list[dict[str, Any]]:
    numbers = numbers_of({row.transfer.case_ref for row in rows})
    return [
        named(row.account, EntryShown)
        | {
            "id": row.pk,
            "account": row.account_id,
            "fen": row.fen,
            "at": row.transfer.at,
            "purpose": row.transfer.purpose,
            "transfer": row.transfer.ref,
            "number": numbers.get(row.transfer.case_ref, ""),
        }
        for row in rows
    ]
