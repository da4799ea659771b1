"""Refunds that came back before they stood in the books are looked at once more, which posts them (C-05, S-02)."""

from django.db import migrations

LOOK_AGAIN = """
UPDATE {table} SET due_at = now() WHERE due_at IS NULL AND payout_ref IN (
    SELECT ref FROM settlement_payout WHERE state IN ('REFUSED', 'EXPIRED')
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("closure", "0012_failures"),
        ("settlement", "0010_refunds"),
    ]

    operations = [
        migrations.RunSQL(sql=LOOK_AGAIN.format(table=table), reverse_sql=migrations.RunSQL.noop)
        for table in ("closure_case", "closure_restoring", "closure_roamingtail")
    ]
