"""Refunds that came back stand in the books, and their cases are compared as those at rest (S-03, C-05)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0009_invoices"),
    ]

    operations = [
        migrations.RunSQL(sql=(SQL / "refunds.sql").read_text(), reverse_sql=migrations.RunSQL.noop),
    ]
