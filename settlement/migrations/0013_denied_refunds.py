"""A large refund that nobody approved is let go by no detour over another state (D-10)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0012_post_all"),
    ]

    operations = [
        migrations.RunSQL(sql=(SQL / "refunds_denied.sql").read_text(), reverse_sql=migrations.RunSQL.noop),
    ]
