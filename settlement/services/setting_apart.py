"""Refunds that came back, and refunds of which nobody knows, set apart in the home province's books (C-05, S-02).

What was owed, or collected and to be returned, leaves its accounts for `bounced_refund` or `suspense` and comes back to
them unchanged: once the person has chosen another way, or the provider has spoken. No money moves by it, so nothing is
owed between provinces.
"""

from __future__ import annotations

from django.db.models import Sum

from bss.provinces import Bss
from portal import clock
from portal.actors import Actor
from settlement import states
from settlement.ledger import BOUNCED_REFUND, REFUND_OWED, SUSPENSE, AccountKey, Leg
from settlement.models import Entry, Payout, Transfer
from settlement.services.collection import taken_out
from settlement.services.ledger import post

BOUNCED = frozenset({states.REFUSED, states.EXPIRED})
BACK = {BOUNCED_REFUND: "send_again", SUSPENSE: "known"}
"""By where it was set apart: the purpose by which it comes back, and the first part of its key."""
APART = {BOUNCED_REFUND: "bounce", SUSPENSE: "suspend"}


def follow(home: Bss, payout: Payout, *, by: Actor) -> None:
    """Bring the books to where a payout now is, each posting once a payout, in the caller's transaction.

    Unknown past its limit: into suspense, and out of it once it has ended; came back: into bounced_refund.
    """
    if payout.state in states.ENDS:
        _put_back(payout.ref, SUSPENSE, by=by)
    if payout.state in BOUNCED:
        _set_apart(home, payout, BOUNCED_REFUND, by=by)
    elif payout.state == states.UNKNOWN and clock.now() > payout.not_after:
        _set_apart(home, payout, SUSPENSE, by=by)


def send_again(bounced: Payout, *, by: Actor) -> None:
    """The person has chosen another way for what came back: it is owed again, in the caller's transaction, before the
    new payout is intended.
    """
    _locked(bounced)
    for kind in (SUSPENSE, BOUNCED_REFUND):  # in suspense still where no robot has looked since the provider spoke
        _put_back(bounced.ref, kind, by=by)


def _set_apart(home: Bss, payout: Payout, kind: str, *, by: Actor) -> None:
    key = f"{APART[kind]}:{payout.ref}"
    if Transfer.objects.filter(key=key).exists() or not _is_in_force(payout):
        return
    out = _owed(home, payout.case_ref) if _was_owed(payout.case_ref) else taken_out(home, payout.case_ref)
    fen = sum(leg.fen for leg in out)
    if fen > 0:  # none where two people of finance have reversed it meanwhile (D-10)
        legs = [*out, Leg(AccountKey(home.operator, home.province, kind), -fen)]
        post(APART[kind], legs, key=key, case_ref=payout.case_ref, command_ref=payout.ref, by=by)


def _is_in_force(payout: Payout) -> bool:
    """Whether the payout still stands as it was seen and no other took its place: the row is locked against both."""
    newer = Payout.objects.filter(case_ref=payout.case_ref, pk__gt=payout.pk)
    return _locked(payout).state == payout.state and not newer.exists()


def _locked(payout: Payout) -> Payout:
    return Payout.objects.select_for_update(of=("self",), no_key=True).get(pk=payout.pk)


def _put_back(payout_ref: str, kind: str, *, by: Actor) -> None:
    """The opposite of what set it apart, a transfer of its own; nothing where it never was, or was reversed (D-10)."""
    apart = Transfer.objects.filter(key=f"{APART[kind]}:{payout_ref}", reversed_by=None).first()
    if apart is None:
        return
    legs = [
        Leg(AccountKey(one.account.operator, one.account.province, one.account.kind), -one.fen)
        for one in apart.entries.select_related("account")
    ]
    key = f"{BACK[kind]}:{payout_ref}"
    post(BACK[kind], legs, key=key, case_ref=apart.case_ref, command_ref=payout_ref, by=by)


def _was_owed(case_ref: str) -> bool:
    """Whether this is a refund, which is owed first; a returned payment is owed nowhere."""
    return Transfer.objects.filter(key=f"owe_refund:{case_ref}").exists()


def _owed(home: Bss, case_ref: str) -> list[Leg]:
    """The leg that takes a case's refund out of what is owed; [] where none is any more."""
    account = AccountKey(home.operator, home.province, REFUND_OWED)
    mine = Entry.objects.filter(
        transfer__case_ref=case_ref,
        account__operator=home.operator,
        account__province=home.province,
        account__kind=REFUND_OWED,
    )
    fen = mine.aggregate(fen=Sum("fen"))["fen"] or 0
    return [Leg(account, -fen)] if fen < 0 else []
