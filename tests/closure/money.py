"""The three-way check: the provinces' books, the central ledger and what people paid, to the fen (S-02, S-03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bss.provinces import Bss
from bss.simulated import book_sums
from closure import states
from closure.models import Case, Claim, Restoring, RoamingTail
from closure.queries import unused_fen
from settlement.ledger import (
    BILLS,
    BOUNCED_REFUND,
    CASH,
    DEPOSIT,
    LATE_FEE,
    MONEY,
    PENALTY,
    PREPAYMENT,
    PROVIDER,
    REFUND_OWED,
    SUSPENSE,
    UNBILLED,
)
from settlement.models import Entry, Payment, Payout, SimulatedCharge, SimulatedPayout, Transfer
from settlement.queries import trial_balance

# What each side calls the same thing.
NAMES = {
    "receivable": BILLS,
    "unbilled": UNBILLED,
    "late_fee": LATE_FEE,
    "penalty": PENALTY,
    "prepayment": PREPAYMENT,
    "agent": PROVIDER,
}
SAME = {CASH: PROVIDER, DEPOSIT: PREPAYMENT}
"""What a home's book and a bank do not tell apart."""
ON_ITS_WAY = (REFUND_OWED, BOUNCED_REFUND, SUSPENSE)
"""What home has booked as paid and nobody has: all of it is zero once the money is out."""
Unit = Case | Restoring | Claim | RoamingTail
Sums = Counter[tuple[str, str]]  # (case, account) → signed fen


def differences(*refs: str) -> list[str]:
    """Every place where the three do not agree, in words; [] when all do. `refs` narrows the look to some cases."""
    found = [f"the ledger is off balance by {off}"] if (off := trial_balance()) else []
    cases = Case.objects.exclude(state=states.DRAFT)
    rows, settled = Restoring.objects.all(), Claim.objects.filter(state="SETTLED")
    tails = RoamingTail.objects.exclude(state__in=("AGREED", "WATCHING"))
    if refs:
        cases, rows, settled = cases.filter(ref__in=refs), rows.filter(ref__in=refs), settled.filter(case__ref__in=refs)
        tails = tails.filter(case__ref__in=refs)
    units: list[Unit] = [*cases, *rows, *settled, *tails]
    ledger, people, books = _ledger(units), _people(units), _books(units)
    found += _against_people(units)
    for unit in units:
        if isinstance(unit, Case):
            found += _case(unit, ledger, people, books)
        elif isinstance(unit, Claim):
            found += _at_rest(unit.ref, ledger, people, books)
        elif isinstance(unit, RoamingTail):
            found += _tail(unit, ledger, people, books)
        else:
            found += _restoring(unit, ledger, books)
    return found


def _refs(units: Sequence[Unit]) -> list[str]:
    return [unit.ref for unit in units]


def _ledger(units: Sequence[Unit]) -> Sums:
    rows = Entry.objects.filter(
        account__kind__in=(*NAMES.values(), *SAME, *ON_ITS_WAY), transfer__case_ref__in=_refs(units)
    )
    sums: Sums = Counter()
    for case_ref, kind, fen in rows.values_list("transfer__case_ref", "account__kind", "fen"):
        sums[case_ref, SAME.get(kind, kind)] += fen
    return sums


def _charges(units: Sequence[Unit]) -> dict[str, int]:
    mine = Payment.objects.filter(case_ref__in=_refs(units)).values("ref")
    return dict(SimulatedCharge.objects.filter(ending="paid", opened=True, ref__in=mine).values_list("ref", "fen"))


def _people(units: Sequence[Unit]) -> Counter[str]:
    """What the bank really took from and gave to people, by case; cash out of a store's till too."""
    charges = _charges(units)
    payouts = Payout.objects.filter(case_ref__in=_refs(units))
    paid = SimulatedPayout.objects.filter(ending="paid", opened=True, ref__in=payouts.values("ref"))
    given = dict(paid.values_list("ref", "fen"))
    sums: Counter[str] = Counter()
    for ref, case_ref in Payment.objects.filter(case_ref__in=_refs(units)).values_list("ref", "case_ref"):
        sums[case_ref] += charges.get(ref, 0)
    for ref, case_ref, route, state, fen in payouts.values_list("ref", "case_ref", "route", "state", "fen"):
        sums[case_ref] -= (fen if state == "PAID" else 0) if route == "cash" else given.get(ref, 0)
    return sums


def _books(units: Sequence[Unit]) -> Sums:
    places = [unit.case if isinstance(unit, Claim | RoamingTail) else unit for unit in units]
    sums: Sums = Counter()
    for home in {Bss(place.operator, place.province) for place in places}:
        sums.update(book_sums(home, _refs(units)))
    return sums


def _against_people(units: Sequence[Unit]) -> Iterator[str]:
    """A collection stands on one charge that the bank took, of the same sum; a payment counts once."""
    charges = _charges(units)
    made = Transfer.objects.filter(purpose="collect", case_ref__in=_refs(units))
    for transfer in made.prefetch_related("entries__account"):
        money = sum(entry.fen for entry in transfer.entries.all() if entry.account.kind in MONEY)
        if charges.get(transfer.command_ref) != money:
            yield f"{transfer.key}: {money} collected, the bank took {charges.get(transfer.command_ref)}"


def _case(case: Case, ledger: Sums, people: Counter[str], books: Sums) -> Iterator[str]:
    if case.due_at is None and case.state in states.TERMINAL:
        yield from _at_rest(case.ref, ledger, people, books)
    elif case.state in (states.HELD, states.QUOTED):
        used = case.collected_fen - unused_fen(case)
        if books[case.ref, "agent"] != used:
            yield f"{case.ref}: home booked {books[case.ref, 'agent']}, settlements used {used}"
        if people[case.ref] != ledger[case.ref, PROVIDER]:
            yield f"{case.ref}: people paid {people[case.ref]}, the ledger says {ledger[case.ref, PROVIDER]}"


def _tail(tail: RoamingTail, ledger: Sums, people: Counter[str], books: Sums) -> Iterator[str]:
    """What was kept is used up or given back, to the fen, and what came is met or claimed."""
    if tail.taken_fen + tail.back_fen != tail.kept_fen:
        yield f"{tail.ref}: kept {tail.kept_fen}, taken {tail.taken_fen}, given back {tail.back_fen}"
    claimed = sum(Claim.objects.filter(case=tail.case, kind="roaming").values_list("fen", flat=True))
    if tail.taken_fen + claimed != tail.charged_fen:
        yield f"{tail.ref}: {tail.charged_fen} came, {tail.taken_fen} taken, {claimed} claimed"
    if tail.state == "OVER":
        yield from _at_rest(tail.ref, ledger, people, books)


def _at_rest(ref: str, ledger: Sums, people: Counter[str], books: Sums) -> Iterator[str]:
    """A case with nothing left to do: equal on all three sides, unless money came back and waits for another way."""
    payout = Payout.objects.filter(case_ref=ref).order_by("-pk").first()
    waiting = payout if payout is not None and payout.state != "PAID" else None
    if waiting and people[ref] != ledger[ref, PROVIDER]:
        yield f"{ref}: people paid {people[ref]}, the ledger says {ledger[ref, PROVIDER]}"
    apart = {kind: ledger[ref, kind] for kind in ON_ITS_WAY if ledger[ref, kind]}
    came_back = waiting and waiting.state in ("REFUSED", "EXPIRED")
    if apart != ({BOUNCED_REFUND: -waiting.fen} if waiting and came_back else {}):
        yield f"{ref}: {apart} is on its way"
    for account, kind in NAMES.items():
        ours = ledger[ref, kind] + (sum(apart.values()) if kind == PROVIDER else 0)
        if books[ref, account] != ours and not (waiting and not came_back):
            yield f"{ref}: {account} is {books[ref, account]} at home and {ours} in the ledger"
    if not waiting and people[ref] != ledger[ref, PROVIDER]:
        yield f"{ref}: people paid {people[ref]}, the ledger says {ledger[ref, PROVIDER]}"


def _restoring(row: Restoring, ledger: Sums, books: Sums) -> Iterator[str]:
    """Home divides a payment in between bills and prepayment; the sum is what counts."""
    if row.due_at is not None:
        return
    home = books[row.ref, "receivable"] + books[row.ref, "prepayment"]
    if home != ledger[row.ref, PREPAYMENT]:
        yield f"{row.ref}: {home} at home, {ledger[row.ref, PREPAYMENT]} in the ledger"
