"""The house itself: the servers are real, the product's role is bounded, nothing runs on unrecorded defaults."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import connection

from portal.celery_app import app
from portal.servers.provision import Addresses


def test_the_product_may_not_change_tables(database: Addresses) -> None:
    with (
        psycopg2.connect(database.app) as raw,
        raw.cursor() as db,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        db.execute("CREATE TABLE mine (id int)")


def test_each_test_commits_to_a_database_of_its_own(database: Addresses) -> None:
    with connection.cursor() as db:
        db.execute("SELECT count(*), current_user FROM django_migrations GROUP BY 2")
        rows = db.fetchall()
    assert [user for _, user in rows] == ["tongban_app"]


def test_without_asking_for_a_database_none_can_be_touched() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.cursor()


def test_a_killed_worker_gives_its_task_back() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.broker_transport_options["unacked_restore_interval"] == 1
    assert app.conf.result_backend is None
