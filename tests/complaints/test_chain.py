"""The audit chain on the regulator's page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, cast

import psycopg2
from django.db import transaction
from django.http import StreamingHttpResponse

from complaints.models import ChainCheck
from portal import audit
from portal.models import AuditEntry
from portal.servers.provision import Addresses
from tests.overseen import ROBOT, entered

FIELDS = ("chain", "day", "seq", "verb", "subject_ref", "by_ref", "by_role", "rules", "facts", "at_text", "mac")


def recorded(chain: str = "35", times: int = 1) -> None:
    """Some links of one chain."""
    for _ in range(times):
        with transaction.atomic():
            audit.record("test.done", subject_ref="s", by=ROBOT, chain=chain)


def package(username: str) -> list[dict[str, Any]]:
    """The lines of the downloaded package."""
    answer = cast(StreamingHttpResponse, entered(username).get("/oversight/chain.jsonl"))
    return [json.loads(line) for line in b"".join(cast(Iterable[bytes], answer.streaming_content)).splitlines()]


def test_a_whole_record_is_called_whole_with_its_count(database: Addresses) -> None:
    recorded(times=3)
    client = entered("national")
    links = AuditEntry.objects.count()
    assert "还没有校验过" in client.get("/oversight/chain").content.decode()
    client.post("/oversight/chain")
    assert ChainCheck.objects.get().entries == links
    assert "记录完整" in client.get("/oversight/chain").content.decode()


def test_a_changed_link_is_named_by_its_place(database: Addresses) -> None:
    recorded(chain="11", times=3)
    with psycopg2.connect(database.owner) as db, db.cursor() as sql:
        sql.execute("ALTER TABLE portal_auditentry DISABLE TRIGGER USER")
        sql.execute("UPDATE portal_auditentry SET verb = 'test.other' WHERE chain = '11' AND seq = 2")
        sql.execute("ALTER TABLE portal_auditentry ENABLE TRIGGER USER")
    client = entered("national")
    client.post("/oversight/chain")
    page = client.get("/oversight/chain").content.decode()
    assert "第 2 条起断裂" in page
    assert "北京" in page


def test_anybody_can_recompute_the_package(database: Addresses) -> None:
    recorded(times=3)
    before = "0" * 64
    links = [link for link in package("national")[1:] if link["chain"] == "35"]
    for link in links:
        assert link["prev_hash"] == before
        before = hashlib.sha256("\n".join(str(link[name]) for name in (*FIELDS, "prev_hash")).encode()).hexdigest()
        assert link["hash"] == before
    assert len(links) == 3


def test_a_provincial_regulator_downloads_the_chain_of_its_province(database: Addresses) -> None:
    recorded("35")
    recorded("37")
    assert {link["chain"] for link in package("fujian")[1:]} == {"35"}


def test_asking_for_a_verification_is_itself_recorded(database: Addresses) -> None:
    entered("auditor").post("/oversight/chain")
    assert AuditEntry.objects.filter(verb="oversight.chain_checked").count() == 1
