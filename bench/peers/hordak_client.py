"""Transfers of django-hordak: four accounts, so many clients, so many seconds. Runs in the peers' environment."""

import json
import os
import sys
import time

import django
import psycopg2
from django.conf import settings
from psycopg2.extensions import parse_dsn

parts = parse_dsn(os.environ["PEER_DATABASE"])
DATABASE = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "bench_hordak",
    "USER": parts.get("user", ""),
    "PASSWORD": parts.get("password", ""),
    "HOST": parts.get("host", ""),
    "PORT": parts.get("port", ""),
    "CONN_MAX_AGE": 60,
}
settings.configure(
    DATABASES={"default": DATABASE},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    DEFAULT_CURRENCY="CNY",
    CURRENCIES=["CNY"],
    SECRET_KEY="bench",
)


def main() -> None:
    """Make the database when it is missing, then transfer."""
    admin = psycopg2.connect(os.environ["PEER_DATABASE"])
    admin.autocommit = True
    with admin.cursor() as db:
        db.execute("SELECT 1 FROM pg_database WHERE datname = 'bench_hordak'")
        if db.fetchone() is None:
            db.execute("CREATE DATABASE bench_hordak")
    admin.close()
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    from hordak.models import Account
    from moneyed import Money

    names = ("a", "b", "c", "d", "e", "f", "g", "h")
    for name in names:
        if not Account.objects.filter(name=name).exists():
            Account.objects.create(name=name, code=name, type="AS", currencies=["CNY"])
    clients, seconds = int(sys.argv[1]), float(sys.argv[2])
    connections.close_all()
    pipes = []
    for client in range(clients):
        reader, writer = os.pipe()
        if os.fork() == 0:
            one, two = (Account.objects.get(name=names[(client + place) % 8]) for place in (0, 4))
            count, cpu, end = 0, time.process_time(), time.monotonic() + seconds
            while time.monotonic() < end:
                one.transfer_to(two, Money("58.00", "CNY"))
                count += 1
            os.write(writer, json.dumps({"done": count, "cpu_s": time.process_time() - cpu}).encode())
            os._exit(0)
        os.close(writer)
        pipes.append(reader)
    told = []
    for reader in pipes:
        with os.fdopen(reader) as words:
            told.append(json.loads(words.read()))
    print(json.dumps({"done": sum(one["done"] for one in told), "cpu_s": sum(one["cpu_s"] for one in told)}))


main()
