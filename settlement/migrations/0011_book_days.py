"""The centre's side of a digest, a case and day a row: the same digest at a third of the cost (S-03)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql"
BEFORE = (SQL / "reconciling.sql").read_text().partition("-- What a run found is never deleted")[0]


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0010_refunds"),
    ]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "book_days.sql").read_text(),
            reverse_sql=(SQL / "book_days_undone.sql").read_text() + BEFORE,
        ),
    ]
