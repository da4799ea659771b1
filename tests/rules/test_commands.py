"""Command words of inbound messages (P-06)."""

from __future__ import annotations

import pytest

from portal.rules.commands import command_word, normal_command


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("CXXZ#张三#350102199003071234", "CXXZ"),
        ("ｃｘｘｚ＃张三＃３５０１", "CXXZ"),
        ("cx xz﹟张三", "CXXZ"),
        ("SQXZ♯李四♯1", "SQXZ"),
        ("\ufeff40#姓名#1", "40"),
        ("td", "TD"),
        ("您好", ""),
        ("#CXXZ", ""),
        ("", ""),
        ("ABCDEFGHIJ#", ""),
    ],
)
def test_the_word_is_found_however_it_is_typed(text: str, word: str) -> None:
    assert command_word(text) == word


def test_one_form_has_one_kind_of_sharp_and_no_spaces() -> None:
    assert normal_command("cxxz ＃ 张 三 ♯ 17x") == "CXXZ#张三#17X"
