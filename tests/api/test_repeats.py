"""One key, one effect, one answer (CONVENTIONS 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from closure import states
from closure.models import Case
from portal import clock
from portal.models import IdempotencyKey
from portal.refs import new_ref
from settlement.models import Payment
from tests.api.conftest import Caller, Cast, completed_draft, raise_limits, said
from tests.closure.conftest import MORNING
from tests.portal.together import together

SEEN = {"If_Match": '"1"'}


@pytest.fixture
def payable(cast: Cast) -> Cast:
    """The list of what to unbind was seen: the quote can be paid."""
    assert cast.owner.post(f"closures/{cast.ref}/acknowledgement").status_code == 200
    return cast


def pay(cast: Cast, key: str, method: str = "card", **headers: str) -> tuple[int, object]:
    """Pay under a key; gives the number and the answer."""
    answer = cast.owner.post(f"closures/{cast.ref}/payments", {"method": method}, key=key, **{**SEEN, **headers})
    return answer.status_code, said(answer)


def test_twenty_equal_payments_at_once_are_one(payable: Cast) -> None:
    key = new_ref()
    answers = together(20, lambda _n: pay(Caller_of(payable), key))
    numbers = [one[0] if isinstance(one, tuple) else one for one in answers]
    assert set(numbers) <= {201, 409}
    assert 201 in numbers
    assert Payment.objects.filter(case_ref=payable.ref).count() == 1


def Caller_of(cast: Cast) -> Cast:  # noqa: N802 - reads as what it makes
    """The same caller with a client of its own for a thread."""
    return Cast(cast.world, Caller(cast.owner.token), cast.ref, cast.stranger, cast.staff)


def test_the_second_time_gives_the_first_answer(payable: Cast) -> None:
    key = new_ref()
    first = pay(payable, key)
    payable.work()
    again = payable.owner.post(f"closures/{payable.ref}/payments", {"method": "card"}, key=key, **SEEN)
    assert (again.status_code, said(again)) == first
    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(payable: Cast) -> None:
    key = new_ref()
    pay(payable, key)
    http, body = pay(payable, key, "wallet")
    assert (http, body["type"]) == (422, "urn:tongban:problem:error.repeat.other")  # type: ignore[index]
    assert pay(payable, key, If_Match='"2"')[0] == 422


def test_money_asks_for_a_key(payable: Cast) -> None:
    answer = payable.owner.send("POST", f"closures/{payable.ref}/payments", {"method": "card"}, **SEEN)
    assert (answer.status_code, said(answer)["field"]) == (400, "Idempotency-Key")
    assert Payment.objects.count() == 0


def test_a_key_that_is_none_is_refused(payable: Cast) -> None:
    for key in ("", "short", "x" * 65, "has\ttab-in-it", "密钥密钥密钥密钥"):
        assert pay(payable, key)[0] in (400, 422), key
    assert Payment.objects.count() == 0


def test_the_quote_one_did_not_see_is_not_paid(payable: Cast) -> None:
    seen = {'"7"': 412, "": 422, "1": 422, "*": 422, 'W/"1"': 422}
    assert {text: pay(payable, new_ref(), If_Match=text)[0] for text in seen} == seen
    assert Payment.objects.count() == 0


def test_a_refusal_that_may_pass_is_not_kept(cast: Cast) -> None:
    key = new_ref()
    assert pay(cast, key)[0] == 409
    cast.owner.post(f"closures/{cast.ref}/acknowledgement")
    assert pay(cast, key)[0] == 201


def test_a_call_under_way_is_told_so_and_a_dead_one_is_taken_over(payable: Cast) -> None:
    key = new_ref()
    pay(payable, key)
    row = IdempotencyKey.objects.filter(route="closures_payments_create")
    row.update(running_until=MORNING + timedelta(seconds=60), answer_box=None)
    assert pay(payable, key)[0] == 409
    with clock.frozen(MORNING + timedelta(seconds=61)):
        assert pay(payable, key)[0] == 201
    assert Payment.objects.count() == 1


def test_anothers_key_is_no_key_of_mine(cast: Cast) -> None:
    key = new_ref()
    assert cast.owner.post("closures/draft", key=key).status_code == 200
    assert cast.stranger.post("closures/draft", key=key).status_code == 200
    assert Case.objects.filter(state=states.DRAFT).count() == 2


def test_kept_answers_are_sealed_and_bodies_are_not_guessable(cast: Cast) -> None:
    rows = IdempotencyKey.objects.exclude(answer_box=None)
    assert rows.count() > 3
    assert [row.key for row in rows if cast.ref.encode() in bytes(row.answer_box or b"")] == []


def test_twenty_equal_filings_at_once_make_one_case(owner: Caller) -> None:
    raise_limits()
    draft, key = completed_draft(owner), new_ref()
    answers = together(20, lambda _n: Caller(owner.token).post("closures", {"draft": draft}, key=key).status_code)
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert [case.state for case in Case.objects.all()] == [states.FILED]
