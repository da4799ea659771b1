"""Names of things."""

from __future__ import annotations

from datetime import date

from stdnum.iso7064 import mod_11_10

from portal.refs import ALPHABET, case_number, certificate_number, check_code, is_case_number, new_ref


def test_a_ref_has_26_signs_of_which_none_is_mistaken_for_another() -> None:
    refs = {new_ref() for _ in range(2000)}
    assert len(refs) == 2000
    assert {len(ref) for ref in refs} == {26}
    assert set("".join(refs)) == set(ALPHABET)
    assert not set("ilou") & set(ALPHABET)


def test_a_case_number_can_be_said_and_checked() -> None:
    number = case_number("XH", date(2026, 11, 24))
    assert number.startswith("XH261124-")
    assert len(number) == 17
    assert is_case_number(number)


def test_one_wrong_digit_of_a_case_number_is_noticed() -> None:
    number = case_number("XH", date(2026, 11, 24))
    place = len(number) - 3
    others = [number[:place] + digit + number[place + 1 :] for digit in "0123456789" if digit != number[place]]
    assert not any(map(is_case_number, others))


def test_what_is_printed_has_twelve_digits_and_a_notice_eight() -> None:
    assert len(certificate_number()) == 12
    assert mod_11_10.is_valid(certificate_number())
    assert len(check_code()) == 8
    assert check_code().isdigit()
