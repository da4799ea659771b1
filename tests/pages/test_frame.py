"""The frame: headers on every answer, language and large type by cookie, errors that say what to do."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

POLICY = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
OPEN = ("/", "/sign-in", "/staff/sign-in", "/verify", "/rules", "/rules/C-04", "/stores", "/help", "/accessibility",
        "/privacy", "/language")  # fmt: skip


@pytest.mark.parametrize("where", [*OPEN, "/no-such-page", "/my", "/rules/Z-99", "/healthz"])
def test_every_answer_carries_the_policy(visitor: Client, where: str) -> None:
    headers = visitor.get(where).headers
    assert [part for part in POLICY if part not in headers["Content-Security-Policy"]] == []
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_forged_form_is_refused_with_the_policy_and_a_way_on() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"phone": "16135006721"})
    assert answer.status_code == 403
    assert "这一页开得太久" in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_fault_of_ours_says_so_and_gives_nothing_away(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.pages.verify.VerifyForm", lambda *args, **kwargs: 1 / 0)
    visitor.raise_request_exception = False
    answer = visitor.get("/verify")
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


def test_a_missing_page_says_how_to_look_up_progress(visitor: Client) -> None:
    answer = visitor.get("/no-such-page")
    assert answer.status_code == 404
    assert "查进度请用受理号" in answer.content.decode()


def test_below_the_api_an_error_is_a_problem_document(visitor: Client) -> None:
    answer = visitor.get("/api/v1/no-such-thing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("where", OPEN)
def test_each_page_stands_in_english(visitor: Client, where: str) -> None:
    page = visitor.get(where, {"lang": "en"}).content.decode()
    assert '<html lang="en">' in page
    chinese = re.findall(r"[\u4e00-\u9fff]{2,}", re.sub(r'<[^>]+lang="zh-CN".*?</(a|p|li)>', "", page, flags=re.DOTALL))
    assert chinese == [] or where in ("/stores", "/rules/C-04")


def test_the_language_is_remembered(visitor: Client) -> None:
    answer = visitor.get("/language/switch", {"to": "en", "next": "/help"})
    assert answer.headers["Location"] == "/help"
    assert '<html lang="en">' in visitor.get("/help").content.decode()


def test_large_type_is_a_class_the_server_sets(visitor: Client) -> None:
    assert 'class="big"' not in visitor.get("/").content.decode()
    visitor.get("/size/switch", {"to": "1"})
    assert 'class="big"' in visitor.get("/").content.decode()


def test_a_demo_says_that_it_is_one_and_a_real_site_whose_it_is(visitor: Client) -> None:
    assert "演示系统，不是官方网站" in visitor.get("/").content.decode()
    with override_settings(SITE_OWNER="某某局"):
        page = visitor.get("/").content.decode()
    assert "某某局 官方网站" in page
    assert "演示系统" not in page


def sent(client: Client, where: str) -> int:
    """Bytes of an answer as they travel to a browser that takes gzip."""
    return len(client.get(where, headers={"accept-encoding": "gzip"}).content)


@pytest.mark.parametrize("where", OPEN)
def test_each_page_travels_in_ten_kilobytes(visitor: Client, where: str) -> None:
    assert 0 < sent(visitor, where) < 10_000


def test_page_styles_and_script_together_stay_under_forty_kilobytes(visitor: Client) -> None:
    styles = sorted(finders.find(f"css/{name}.css", find_all=True)[0] for name in ("tokens", "subscriber", "print"))
    script = finders.find("django_htmx/htmx-2.min.js", find_all=True)[0]
    files = sum(len(gzip.compress(Path(path).read_bytes())) for path in (*styles, script))
    assert sent(visitor, "/rules") + files < 40_000


def test_the_title_is_the_heading(visitor: Client) -> None:
    for where in OPEN:
        page = visitor.get(where).content.decode()
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
        assert heading is not None
        assert heading[1].strip() in page[: page.index("</title>")], where
