"""What every test may ask for: real servers, a database of its own with real commits, provinces, a clean broker.

Tests that ask for none of them cannot touch the database: pytest-django refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bss.provinces import Bss
from bss.simulated import databases as province_databases
from portal.celery_app import app as celery_app
from portal.queries.register import forget_segments
from portal.servers.provision import Addresses
from portal.settings import environment
from tests.databases import Servers, build_template, find_servers, renamed
from tests.served import OVER_HTTP, Serving, serving

TIERS = ("law", "journeys", "long")


class JourneysTogether(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """One product and one browser: all journeys run in one worker, every other test wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """The journeys begin first, because they are the largest group."""
    return JourneysTogether(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier: its folder, else whether it asks for a database."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        fixtures = getattr(item, "fixturenames", ())
        tier = folder if folder in TIERS else "apps" if "database" in fixtures else "rules"
        item.add_marker(tier)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """pytest-django makes no database of its own: see `database`."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nor does it rename ours."""


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey, shared by all runs of this checkout."""
    found = find_servers()
    settings.REDIS_URL = found.redis_url
    settings.BROKER_URL = environment.broker(found.redis_url)
    celery_app.conf.update(broker_url=settings.BROKER_URL)
    yield found
    found.close()


@pytest.fixture(scope="session")
def template(servers: Servers) -> Addresses:
    """The migrated database that every test's own is copied from."""
    return build_template(servers)


@pytest.fixture
def database(servers: Servers, template: Addresses, django_db_blocker: DjangoDbBlocker) -> Iterator[Addresses]:
    """A database as the migrations leave it: real commits, as the product's role. Gives its addresses."""
    name = f"{servers.mark}_test"
    if not servers.sweep(name):
        servers.watch(template, name)
        forget_segments()
    addresses = renamed(template, name)
    _point_at(addresses)
    with django_db_blocker.unblock():
        yield addresses
        connections.close_all()


@pytest.fixture
def valkey(servers: Servers) -> Iterator[redis.Redis]:
    """An empty broker, this worker's alone."""
    client = redis.Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(scope="session")
def known_provinces() -> set[Bss]:
    """The provinces that already have a database of this worker's."""
    return set()


@pytest.fixture
def provinces(database: Addresses, servers: Servers, known_provinces: set[Bss]) -> Iterator[Callable[..., None]]:
    """Call it with the provinces the test needs: each is there, empty and honest, whatever the last test did."""
    settings.BSS_DATABASE_PREFIX = servers.mark

    def open_provinces(*wanted: Bss) -> None:
        for bss in wanted:
            make = province_databases.reset if bss in known_provinces else province_databases.clone
            make(bss)
            known_provinces.add(bss)

    yield open_provinces
    province_databases.close_pools()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Two provinces behind HTTPS on loopback, and one more without a database."""
    places = (Bss("161", place) for place in ("35", "32", "99"))
    with serving(tmp_path_factory.mktemp("links"), *places) as running:
        yield running


@pytest.fixture
def over_http(served: Serving, settings: Settings) -> Serving:
    """The gateway reaches every province over HTTPS."""
    settings.BSS_ADAPTERS = {"default": OVER_HTTP}
    settings.BSS_LINKS = served.links
    return served


@pytest.fixture(params=["in process", "over http"])
def way(request: pytest.FixtureRequest) -> str:
    """How the gateway reaches the provinces of this test: each such test runs both ways."""
    if request.param == "over http":
        request.getfixturevalue("over_http")
    return str(request.param)


def _point_at(addresses: Addresses) -> None:
    """The dictionary is shared by the connections of all threads, so it is changed in place."""
    connections["default"].close()
    connections["default"].settings_dict.update(environment.database(addresses.app))
    settings.BSS_DATABASE_URL = addresses.provinces
