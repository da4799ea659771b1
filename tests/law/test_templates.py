"""Templates: no inline style or script, no unknown word, no lost token, and the same way round for everybody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.lexicon import texts

FOLDER = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
STYLES = sorted((FOLDER.parent / "static").rglob("*.css"))
SAID = re.compile(r"""{%-?\s*say\s+["']([a-z0-9_.-]+)["']""", re.IGNORECASE)
INLINE = re.compile(r"""\sstyle\s*=|<style|\son[a-z]+\s*=|hx-on|javascript:|<script(?![^>]*\ssrc=)""", re.IGNORECASE)
FAR = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
POSTS = re.compile(r"""<form[^>]*method=["']post["'][^>]*>(.*?)</form>""", re.IGNORECASE | re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")

every_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))


def markup(path: Path) -> str:
    """A template without its comments."""
    return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30


@every_template
def test_no_style_and_no_script_stands_in_the_page(path: Path) -> None:
    assert INLINE.findall(markup(path)) == []


@every_template
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert FAR.findall(markup(path)) == []


@every_template
def test_every_word_it_says_is_in_the_lexicon(path: Path) -> None:
    assert set(SAID.findall(markup(path))) - set(texts()) == set()


@every_template
def test_no_copy_is_written_into_the_template(path: Path) -> None:
    assert HAN.findall(markup(path)) == []


@every_template
def test_every_form_that_posts_carries_its_token(path: Path) -> None:
    bare = [form for form in POSTS.findall(markup(path)) if "csrf" not in form]
    assert bare == []


@every_template
def test_htmx_repeats_an_address_the_page_has_anyway(path: Path) -> None:
    text = markup(path)
    assert "hx-get" not in text or "request.path" in text
    assert "hx-post" not in text or "action=" in text


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_fetch_nothing(path: Path) -> None:
    assert re.findall(r"@import|url\(", path.read_text(encoding="utf-8")) == []


def test_an_inline_style_would_be_seen() -> None:
    assert INLINE.search('<p style="color:red">')
    assert INLINE.search('<button onclick="x()">')
    assert INLINE.search("<script>x()</script>")
    assert not INLINE.search('<script src="/static/x.js" defer></script>')
