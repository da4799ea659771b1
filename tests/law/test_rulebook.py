"""The rulebook: every id once, in both languages; every id that code, tests or texts cite exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.lexicon import texts
from portal.queries.rules import all_rules, families
from portal.rules.rulebook import parse_rulebook

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "bss", "settlement", "realname", "closure", "porting", "complaints", "desk", "demo")
CITED = re.compile(r"(?<![A-Za-z0-9+-])([GCPBNTSD]-\d{1,2}a?)(?![0-9A-Za-z-])")
COUNTS = {"G": 6, "C": 26, "P": 20, "B": 8, "N": 13, "T": 17, "S": 5, "D": 10}
REMEDIES = re.compile("您|请")


def sources() -> list[Path]:
    """Every Python file of the product."""
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_no_rule_is_missing() -> None:
    assert {family: len(rules) for family, rules in families().items()} == COUNTS


def test_the_numbers_run_on_without_a_gap_but_the_one_the_rulebook_has() -> None:
    for letter, rules in families().items():
        numbers = [int(re.sub(r"\D", "", rule.id)) for rule in rules if not rule.id.endswith("a")]
        assert numbers == [n for n in range(1, numbers[-1] + 1) if (letter, n) != ("T", 17)]


def test_each_rule_has_a_title_in_both_languages_and_a_chinese_summary() -> None:
    bare = [rule.id for rule in all_rules().values() if not re.search("[\u4e00-\u9fff]", rule.title_zh + rule.zh)]
    assert bare == []
    assert [rule.id for rule in all_rules().values() if len(rule.title_zh) > 16 or not rule.title_en] == []


def test_each_rule_that_a_rule_names_exists() -> None:
    named = {cited for rule in all_rules().values() for cited in rule.cites}
    assert named - set(all_rules()) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_each_rule_that_the_code_cites_exists(package: str) -> None:
    texts_of = [path.read_text(encoding="utf-8") for path in (ROOT / package).rglob("*.py")]
    cited = {one for text in texts_of for one in CITED.findall(text)}
    assert cited - set(all_rules()) == set()


def test_the_code_does_cite_rules() -> None:
    cited = {one for path in sources() for one in CITED.findall(path.read_text(encoding="utf-8"))}
    assert len(cited) > 30


def test_each_finding_says_what_it_is_and_what_to_do() -> None:
    keys = {key.removeprefix("finding.").rsplit(".", 1)[0] for key in texts() if key.startswith("finding.")}
    lost = {key for key in keys for part in ("title", "fact", "remedy") if f"finding.{key}.{part}" not in texts()}
    assert lost == set()
    assert len(keys) > 10


def test_each_finding_that_blocks_has_a_remedy_for_somebody() -> None:
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "closure" / "rules").glob("*.py"))
    blocking = set(re.findall(r'Finding\(\s*"([a-z_.]+)",\s*BLOCK', rules))
    assert len(blocking) > 3
    assert {key for key in blocking if not REMEDIES.search(texts()[f"finding.{key}.remedy"]["zh"])} == set()


def test_a_rule_without_a_summary_is_refused() -> None:
    with pytest.raises(ValueError, match="C-01"):
        parse_rulebook("## C-01 题目 | Title\n\nonly text\n")


BEFORE_THE_COUNTER = frozenset({"C-22"})
"""Training of clerks comes with the counter's procedures."""


def test_each_closure_rule_stands_in_the_code_and_in_a_test() -> None:
    wanted = {one for one in all_rules() if one.startswith("C-")} - BEFORE_THE_COUNTER
    code = {one for path in sources() for one in CITED.findall(path.read_text(encoding="utf-8"))}
    files = [path for kind in ("*.py", "*.toml") for path in (ROOT / "tests").rglob(kind) if path.name != "routes.toml"]
    tests = {one for path in files for one in CITED.findall(path.read_text(encoding="utf-8"))}
    assert (sorted(wanted - code), sorted(wanted - tests)) == ([], [])
