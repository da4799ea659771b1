"""Many postings in one statement (S-02)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql"
SIGNATURE = (
    "text[], text[], text[], text[], text[], timestamptz, text, integer[], text[], text[], text[], text[], bigint[]"
)


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0011_book_days"),
    ]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "post_all.sql").read_text(),
            reverse_sql=f"DROP FUNCTION settlement_post_all({SIGNATURE})",
        ),
    ]
