"""A thousand random sequences of 50 verbs of the ledger, one a day, held against a model in plain Python (S-01, S-02).

Some cases go on the next day, so that what a frozen month holds is undone after it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.db.models import Sum

from bss.provinces import Bss
from portal import clock
from portal.actors import robot
from portal.refs import new_ref
from settlement.ledger import MUTUAL
from settlement.models import Entry, Transfer
from settlement.queries import trial_balance
from settlement.services import approvals
from settlement.services.collection import collect, offset, return_offsets, return_payment
from settlement.services.freezing import freeze
from settlement.services.ledger import reverse
from settlement.services.refunds import owe_refund, pay_refund
from tests.settlement.books import person

HOME = Bss("161", "35")
VISITED = (HOME, Bss("161", "32"), Bss("161", "11"))
PARTS = {
    "bills": "bills",
    "late_fee": "late_fee",
    "penalty": "penalty",
    "unbilled": "unbilled",
    "applied": "prepayment",
}
BY = robot("cashier")
QIAN, SUN = person("qian"), person("sun")
MONEY = {"card": "provider", "cash": "cash"}
SEQUENCES, CARRIED_ON = 1000, 2
FIRST, NOON = date(2024, 1, 1), time(12)
Account = tuple[str, str, str]
Legs = Counter[Account]


def plain(legs: Legs) -> dict[Account, int]:
    """Without the accounts at zero."""
    return {account: fen for account, fen in legs.items() if fen}


class Story:
    """One case: what the ledger was told, and what it should hold; fen, debits positive."""

    def __init__(self, draw: Random) -> None:
        self.draw, self.ref, self.visited = draw, new_ref(), draw.choice(VISITED)
        self.refund_fen = draw.randint(1, 9999)
        self.said: dict[str, tuple[Transfer, Legs]] = {}
        self.undone: set[str] = set()

    def expected(self) -> Legs:
        total: Legs = Counter()
        for key, (_, legs) in self.said.items():
            if key not in self.undone:
                total.update(legs)
        return total

    def collect(self) -> None:
        fen = self.draw.randint(1, 99999)
        split, legs = self._split(fen)
        method = self.draw.choice(("card", "cash"))
        legs[self.visited.province, MONEY[method], ""] += fen
        legs.update(self._owed(self.visited, HOME, fen))
        payment = new_ref()
        for _ in range(self.draw.randint(1, 2)):  # a callback may come twice
            made = collect(
                HOME,
                self.visited,
                case_ref=self.ref,
                payment_ref=payment,
                fen=fen,
                split=split,
                method=method,
                by=BY,
            )
        self.said[f"collect:{payment}"] = made, legs

    def offset(self) -> None:
        split, legs = self._split(0)
        quote = len(self.said)
        made = offset(HOME, case_ref=self.ref, quote=quote, split=split, by=BY)
        if made is not None:
            self.said[f"offset:{quote}"] = made, legs

    def owe_refund(self) -> None:
        legs: Legs = Counter({("35", "prepayment", ""): self.refund_fen, ("35", "refund_owed", ""): -self.refund_fen})
        made = owe_refund(HOME, self.visited, case_ref=self.ref, fen=self.refund_fen, by=BY)
        self.said["owe_refund"] = made, legs

    def pay_refund(self) -> None:
        fen = self.refund_fen
        legs: Legs = Counter({("35", "refund_owed", ""): fen, (self.visited.province, "provider", ""): -fen})
        legs.update(self._owed(HOME, self.visited, fen))
        self.said["pay_refund"] = pay_refund(HOME, self.visited, case_ref=self.ref, fen=fen, by=BY), legs

    def return_offsets(self) -> None:
        return_offsets(self.ref, by=BY)
        self.undone |= {key for key in self.said if key.startswith("offset")}

    def return_payment(self) -> None:
        fens = [
            legs[self.visited.province, kind, ""]
            for key, (_, legs) in self.said.items()
            for kind in MONEY.values()
            if "collect" in key
        ]
        return_payment(HOME, case_ref=self.ref, fen=sum(fens), by=BY)
        self.undone |= {key for key in self.said if key.startswith("collect")}

    def reverse(self) -> None:
        if live := sorted(self.said.keys() - self.undone):
            key = self.draw.choice(live)
            reverse(self.said[key][0], key=f"two persons {self.said[key][0].ref}", by=BY)
            self.undone.add(key)

    def _split(self, fen: int) -> tuple[dict[str, int], Legs]:
        """A random division at home of all that is collected, and the legs that change what stands there."""
        before: Legs = Counter()
        for key, (_, legs) in self.said.items():
            if key.startswith(("collect", "offset")) and key not in self.undone:
                before.update({account: n for account, n in legs.items() if account[1] in PARTS.values()})
        split = {part: self.draw.randint(0, 5000) for part in PARTS}
        split["applied"] += fen - sum(before.values()) - sum(split.values())
        after: Legs = Counter({("35", kind, ""): -split[part] for part, kind in PARTS.items()})
        after.subtract(before)
        return split, after

    def _owed(self, debtor: Bss, creditor: Bss, fen: int) -> Legs:
        if debtor == creditor:
            return Counter()
        owed = {(debtor.province, "payable", creditor.code): -fen, (creditor.province, "receivable", debtor.code): fen}
        return Counter(owed)


VERBS = (
    *(Story.collect, Story.offset, Story.owe_refund, Story.pay_refund),
    *(Story.return_offsets, Story.return_payment, Story.reverse),
)


def held(stories: list[Story]) -> dict[Account, int]:
    """What the ledger holds for these cases, by account."""
    rows = Entry.objects.filter(transfer__case_ref__in=[story.ref for story in stories])
    keys = ("account__province", "account__kind", "account__counterpart")
    return {(p, kind, other): fen for p, kind, other, fen in rows.values_list(*keys).annotate(Sum("fen")) if fen}


def together(stories: list[Story]) -> Legs:
    """What the model holds for these cases."""
    total: Legs = Counter()
    for story in stories:
        total.update(story.expected())
    return total


def both(one: Legs, other: Legs) -> Legs:
    """Their sum; a Counter's own plus forgets credits."""
    total = Counter(one)
    total.update(other)
    return total


def mutual(legs: Legs) -> dict[Account, int]:
    """By which accounts companies owe each other."""
    return {account: fen for account, fen in legs.items() if account[1] in MUTUAL and fen}


class Months:
    """Statements beside the model: each month is frozen, settled by two, and said what was owed since the last."""

    def __init__(self) -> None:
        self.frozen: Legs = Counter()
        self.statements = self.corrections = 0

    def close(self, month: date, held_by_model: Legs) -> None:
        """Freeze a month that is over, hold it against the model, settle it."""
        made = freeze(HOME.operator, month, by=BY)
        lines: Legs = Counter()
        for line in made.lines.select_related("account"):
            lines[line.account.province, line.account.kind, line.account.counterpart] += line.fen
        since = Counter(held_by_model)
        since.subtract(self.frozen)
        assert plain(lines) == mutual(since), made.number
        self.frozen.update(lines)
        self.statements += 1
        self.corrections += made.corrections.count()
        approvals.decide(
            approvals.ask_settling(made.number, "核对一致", by=QIAN).ref, approve=True, because="同", by=SUN
        )


def owed_after_all() -> int:
    """How many accounts between companies do not stand at zero."""
    accounts = Entry.objects.filter(account__kind__in=MUTUAL).values("account").annotate(fen=Sum("fen"))
    return accounts.exclude(fen=0).count()


def test_a_thousand_sequences_of_fifty_verbs_hold_what_the_model_holds(database: object) -> None:
    months, ended, carried = Months(), Counter[Account](), list[Story]()
    for seed in range(SEQUENCES):
        draw, day = Random(seed), FIRST + timedelta(days=seed)
        stories = carried + [Story(draw) for _ in range(8 - len(carried))]
        with clock.frozen(datetime.combine(day, NOON, clock.SHANGHAI)):
            if seed and day.day == 1:
                months.close(day - timedelta(days=1), both(ended, together(carried)))
            with transaction.atomic(durable=True):
                for _ in range(50):
                    draw.choice(VERBS)(draw.choice(stories))
        assert held(stories) == plain(together(stories)), seed
        carried = stories[-CARRIED_ON:]
        ended.update(together(stories[:-CARRIED_ON]))
    assert months.statements == 32
    assert months.corrections > 0
    last = FIRST + timedelta(days=SEQUENCES - 1)
    with clock.frozen(
        datetime.combine((last.replace(day=28) + timedelta(days=7)).replace(day=1), NOON, clock.SHANGHAI)
    ):
        months.close(last, both(ended, together(carried)))
    assert (trial_balance(), owed_after_all()) == (0, 0)
