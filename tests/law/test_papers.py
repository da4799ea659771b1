"""The papers keep up with the house: no dead link, no library without a record, no folder beside the checkout."""

from __future__ import annotations

import re
import subprocess
import tomllib

from portal.servers.places import CHECKOUT
from tests.links import dead_links

GIVEN = {"django", "djangorestframework", "celery", "redis", "psycopg2-binary"}
BESIDE = re.compile(r"\.\./(shared|\.library)|/work/")
ALLOWED = {".ci/run", "tests/law/test_papers.py"}


def test_every_link_between_the_pages_leads_somewhere() -> None:
    assert dead_links() == []


def test_every_library_of_the_product_has_a_record() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[<>=;\s]", line)[0] for line in project["dependencies"]}
    records = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "docs/decisions").glob("0*.md"))
    assert {name for name in named - GIVEN if name not in records} == set()


def test_nothing_but_the_ci_script_refers_to_a_folder_beside_the_checkout() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    texts = {name: _text(name) for name in listed.splitlines() if name not in ALLOWED}
    assert {name for name, text in texts.items() if BESIDE.search(text)} == set()


def _text(name: str) -> str:
    path = CHECKOUT / name
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
