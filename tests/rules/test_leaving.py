"""What goes with the number, and the proof that nothing else changed: pure rules (C-10, C-12)."""

from __future__ import annotations

from typing import Any

from closure.rules.leaving import goings
from closure.rules.withdrawal import proof_lines, unexplained

TIES: dict[str, Any] = {
    "ties": [
        {"id": "t1", "kind": "family", "name": "家庭套餐", "change": "其他成员改按单价", "price_fen": 2900, "on": None},
        {"id": "t2", "kind": "broadband", "name": "宽带", "change": "改按单价", "price_fen": 6000, "on": None},
    ],
    "points": 4260,
    "equipment": ["光猫 1 台"],
    "coupons": ["流量券"],
    "subscriptions": [{"name": "视频会员", "monthly_fen": 1500}],
    "auto_pay": ["水费"],
}
NOW: dict[str, Any] = {
    "plan": "P1",
    "state": "normal",
    "contracts": [],
    "charging": "on",
    "balance_fen": 3650,
    "owed_fen": 0,
    "buckets": [{"id": "own", "kind": "own", "name": "话费余额", "fen": 3650}],
    "ties": [],
}
NONE = {"sum_fen": 0}
TOP_UP = {"kind": "top_up", "at": "2026-11-25T10:00:00+08:00", "fen": 5000, "bucket": "own", "name": ""}
BILL = {"kind": "bill_run", "at": "2026-12-01T00:00:00+08:00", "fen": -1800, "bucket": "", "name": "2026-11"}


def test_everything_the_province_named_is_listed_and_nothing_else() -> None:
    keys = [one.key for one in goings({"ties": TIES})]
    assert keys == ["equipment", "points", "coupon", "auto_pay", "subscription", "family", "tie"]
    assert goings({"ties": {"ties": [], "points": 0, "equipment": []}}) == []
    assert goings({}) == []


def test_gifted_credit_is_lost_and_own_money_is_not() -> None:
    buckets = [
        {"id": "g", "kind": "gifted", "name": "赠款", "fen": 500},
        {"id": "o", "kind": "own", "name": "", "fen": 1},
    ]
    assert [one.facts for one in goings({"prepayment": {"buckets": buckets}})] == [{"name": "赠款", "left_fen": 500}]


def test_what_is_a_tie_already_is_not_listed_twice_with_the_plan() -> None:
    found = goings({"ties": TIES, "package": {"goes_with_it": ["家庭套餐", "彩铃"]}})
    assert [one.facts["name"] for one in found if one.key == "with_plan"] == ["彩铃"]


def rows(now: dict[str, Any], *events: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The proof by name."""
    return {row["name"]: row for row in proof_lines(NOW, now, NONE, events, evidence=["e"])}


def test_a_line_as_it_was_is_the_same_in_every_row() -> None:
    found = rows(NOW)
    assert all(row["same"] for row in found.values())
    assert {"plan", "state", "contracts", "ties", "bucket_fen", "owed_fen", "balance_fen", "charging"} < set(found)


def test_a_top_up_and_a_bill_run_explain_what_they_changed_to_the_fen() -> None:
    bucket = {"id": "own", "kind": "own", "name": "话费余额", "fen": 8650}
    after = {**NOW, "balance_fen": 6850, "owed_fen": 1800, "buckets": [bucket]}
    found = rows(after, TOP_UP, BILL)
    assert [len(found[name]["why"]) for name in ("bucket_fen", "owed_fen", "balance_fen")] == [1, 1, 2]
    assert unexplained(list(found.values())) == []


def test_an_event_explains_no_fen_more_than_its_own() -> None:
    bucket = {"id": "own", "kind": "own", "name": "话费余额", "fen": 8651}
    found = rows({**NOW, "balance_fen": 8651, "buckets": [bucket]}, TOP_UP)
    assert unexplained(list(found.values())) == ["bucket_fen", "balance_fen"]


def test_another_state_contract_or_tie_is_never_explained_by_money() -> None:
    changed = {**NOW, "state": "one_way", "contracts": [{"id": "K"}], "ties": [{"id": "t", "state": "untied"}]}
    assert unexplained(list(rows(changed, TOP_UP).values())) == ["state", "contracts", "ties"]


def test_a_bucket_that_came_or_went_stands_in_the_proof() -> None:
    assert unexplained(list(rows({**NOW, "buckets": []}).values())) == ["bucket_fen"]
    new = {"id": "b2", "kind": "own", "name": "新账户", "fen": 100}
    assert unexplained(list(rows({**NOW, "buckets": [*NOW["buckets"], new]}).values())) == ["bucket_fen"]


def test_what_was_not_on_file_is_not_called_different() -> None:
    found = proof_lines(None, NOW, NONE, [TOP_UP], evidence=[])
    assert unexplained(found) == []
