"""Refunds: what is large waits for a second person (D-10), what is late is written down (S-05)."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parents[1] / "sql"
STANDS = "CREATE FUNCTION settlement_approval_stands()"
BODY = (SQL / "netting.sql").read_text().partition(STANDS)[2].partition("CREATE TRIGGER stands")[0]
UNDONE = (SQL / "refunds_undone.sql").read_text() + STANDS.replace("CREATE", "CREATE OR REPLACE") + BODY


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0009_invoices"),
    ]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="home_province",
            field=models.CharField(default="", max_length=2),
        ),
        migrations.AddField(
            model_name="approval",
            name="payout",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approval",
                to="settlement.payout",
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="promised_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=Q(("state__in", ["EXPIRED", "PAID", "REFUSED"]), _negated=True),
                fields=["promised_on"],
                name="settlement_payout_promised",
            ),
        ),
        migrations.CreateModel(
            name="LateRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_ref", models.CharField(db_index=True, max_length=26)),
                ("operator", models.CharField(max_length=8)),
                ("province", models.CharField(max_length=2)),
                ("fen", models.BigIntegerField()),
                ("promised_on", models.DateField()),
                ("arrived_on", models.DateField()),
                ("days", models.PositiveIntegerField()),
                ("permille", models.PositiveIntegerField()),
                ("compensation_fen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "payout",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lateness",
                        to="settlement.payout",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            ("arrived_on__gt", models.F("promised_on")),
                            ("compensation_fen__gte", 0),
                            ("days__gt", 0),
                        ),
                        name="settlement_late_refund_is_late",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="approval", name="settlement_approval_posted"),
        migrations.RemoveConstraint(model_name="approval", name="settlement_approval_subject"),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(("decided_by", ""), ("decided_by__startswith", "person:"), _connector="OR"),
                name="settlement_approval_by_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("posted__isnull", False), ("state", "APPROVED"), Q(("verb", "refund"), _negated=True)),
                    Q(("posted", None), ("verb", "refund")),
                    Q(Q(("state", "APPROVED"), _negated=True), ("posted", None)),
                    _connector="OR",
                ),
                name="settlement_approval_posted",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("payout", None), ("statement", None), ("transfer__isnull", False), ("verb", "reverse")),
                    Q(("payout", None), ("statement__isnull", False), ("transfer", None), ("verb", "settle")),
                    Q(("payout__isnull", False), ("statement", None), ("transfer", None), ("verb", "refund")),
                    _connector="OR",
                ),
                name="settlement_approval_subject",
            ),
        ),
        migrations.RunSQL(sql=(SQL / "refunds.sql").read_text(), reverse_sql=UNDONE),
    ]
