"""The simulated provinces' databases: apart from each other, and books that are only added to."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from bss.answers import Ending
from bss.gateway import ask
from bss.provinces import Bss
from bss.simulated import LineSpec, Temper, databases, line_row, plant, pools, present, reset, set_temper, temper_of
from portal.actors import Actor
from tests.bss.conftest import NUMBER


def test_a_provinces_role_cannot_enter_another_province(fujian: Bss, jiangsu: Bss) -> None:
    foreign = make_dsn(databases.dsn(fujian), dbname=databases.database_name(jiangsu))
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(foreign)


@pytest.mark.parametrize("attack", ["UPDATE book SET fen = 1", "DELETE FROM book", "TRUNCATE book", "DROP TABLE book"])
def test_a_provinces_role_cannot_change_its_books(attack: str, fujian: Bss) -> None:
    with (
        pytest.raises(psycopg2.Error),
        pools.taken(fujian, lambda: databases.dsn(fujian)) as opened,
        opened.cursor() as db,
    ):
        db.execute(attack)


def test_reset_empties_the_province_and_makes_it_honest(fujian: Bss) -> None:
    set_temper(fujian, Temper.DOWN)
    reset(fujian)
    assert line_row(fujian, NUMBER) == {}
    assert temper_of(fujian).temper is Temper.HONEST


def test_a_line_planted_again_is_replaced(fujian: Bss) -> None:
    plant(fujian, LineSpec(NUMBER, "王芳", "359901198501011234", state="lost"))
    assert line_row(fujian, NUMBER)["state"] == "lost"


def test_idle_connections_stay_few(fujian: Bss) -> None:
    for _ in range(20):
        temper_of(fujian)
    assert len(pools._idle) <= pools.EACH


def test_a_province_that_was_restarted_answers_the_next_question(fujian: Bss, by: Actor) -> None:
    ask(fujian, "package", {"number": NUMBER}, case_ref="", by=by)
    with databases._server() as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [databases.database_name(fujian)],
        )
    assert ask(fujian, "package", {"number": NUMBER}, case_ref="", by=by).ending is Ending.DONE


def test_present_lists_the_provinces_that_have_a_database(fujian: Bss) -> None:
    assert fujian in present()
