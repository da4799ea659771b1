"""The laws of money, in PostgreSQL: they bind every role, the owner of the tables too (CONVENTIONS 9)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "laws.sql").read_text(),
            reverse_sql=(SQL / "laws_undone.sql").read_text(),
        ),
    ]
