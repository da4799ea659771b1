"""Contracts, ties and holds of the cast."""

from __future__ import annotations

from datetime import date

from bss.simulated.lines import ContractSpec, HoldSpec, TieSpec
from demo.cast import months


def handset(today: date) -> ContractSpec:
    """Seven whole months left after this one: 58.00 × 7 × 30 % = 121.80; the contract is on file."""
    return ContractSpec(
        id="HT-0631",
        kind="terminal",
        name="购机合约",
        signed_on=months.first_of(today, 16),
        ends_on=months.month_end_ahead(today, 7),
        monthly_fen=5800,
        months_total=24,
        subsidy_fen=60000,
        claimed_fen=12180,
        formula="remaining_share",
        percent=30,
        published_on=months.years_before(today, 3),
        version="3",
        document_id="DOC-0631",
        document_sha256="6f" * 32,
    )


def pretty_without_document(today: date) -> ContractSpec:
    """The operator claims 240.00 and shows no contract: 0.00 (C-03)."""
    return ContractSpec(
        id="LH-0721",
        kind="pretty",
        name="靓号最低消费",
        signed_on=months.years_before(today, 4),
        ends_on=months.month_end_ahead(today, 12),
        monthly_fen=2000,
        months_total=60,
        subsidy_fen=0,
        claimed_fen=24000,
        formula="minimum_spend",
        percent=100,
        minimum_fen=2000,
        published_on=None,
    )


def pretty_with_document(today: date) -> ContractSpec:
    """S5: 240 months, 60 used, 600 a month, 30 % → 32,400.00."""
    return ContractSpec(
        id="LH-8888",
        kind="pretty",
        name="靓号入网协议",
        signed_on=months.years_before(today, 5),
        ends_on=months.month_end_ahead(today, 180),
        monthly_fen=60000,
        months_total=240,
        subsidy_fen=0,
        claimed_fen=3_240_000,
        formula="remaining_share",
        percent=30,
        published_on=months.years_before(today, 6),
        version="1",
        document_id="DOC-8888",
        document_sha256="a1" * 32,
    )


def family(today: date) -> TieSpec:
    """One member leaves the family plan."""
    return TieSpec("TIE-FAMILY", "family", "亲情网", "移出 1 个成员，其余成员照旧", 0, months.first_of(today, -1))


def broadband(today: date) -> TieSpec:
    """Broadband that was part of the plan goes on alone, at its own price."""
    return TieSpec("TIE-BROADBAND", "broadband", "固定宽带 500M", "改为单独宽带", 6000, months.first_of(today, -1))


def sub_card(today: date) -> TieSpec:
    """The sub card gets a plan of its own."""
    return TieSpec("TIE-SUB", "sub_card", "副卡 1 张", "副卡改为单独套餐", 1000, months.first_of(today, -1))


def family_with_consent(today: date) -> TieSpec:
    """C-17: the province returns the order until the head of the plan's consent is there."""
    return TieSpec(
        "TIE-HEAD", "family", "家庭套餐", "移出家庭套餐，户主照旧", 0, months.first_of(today, -1), "户主同意书"
    )


def main_card_by_hand(today: date) -> TieSpec:
    """C-17: the province's staff answer this order themselves."""
    return TieSpec("TIE-MAIN", "main_card", "主卡", "副卡改为单独套餐", 1000, months.first_of(today, -1), by_hand=True)


def police_hold(today: date) -> HoldSpec:
    """C-23: names the authority and where to object."""
    return HoldSpec(
        authority="演示市公安局反诈中心",
        kind="fraud",
        since=months.days_before(today, 40),
        object_to="演示市公安局反诈中心，建宁路 1 号，带身份证当面提出",
    )
