"""Invoices and red notes, their lines and papers; their laws in PostgreSQL (S-04)."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import portal.refs
import settlement.models.ledger

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0008_entries_of_account"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(default=portal.refs.new_ref, editable=False, max_length=26, unique=True)),
                ("state", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("lease_token", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="since it last moved")),
                ("number", models.CharField(max_length=32, unique=True)),
                ("kind", models.CharField(choices=[("final", "final"), ("red", "red")], max_length=5)),
                ("key", models.CharField(max_length=128, unique=True)),
                ("operator", models.CharField(max_length=8)),
                ("province", models.CharField(max_length=2)),
                ("case_ref", models.CharField(db_index=True, max_length=26)),
                ("voucher", models.CharField(db_index=True, max_length=24)),
                ("facts", models.JSONField()),
                ("lang", models.CharField(max_length=2)),
                ("net_fen", models.BigIntegerField()),
                ("vat_fen", models.BigIntegerField()),
                ("gross_fen", models.BigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=64)),
                (
                    "xact",
                    models.BigIntegerField(db_default=settlement.models.ledger.CurrentTransaction(), editable=False),
                ),
                (
                    "of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reds",
                        to="settlement.invoice",
                    ),
                ),
                (
                    "posted",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice",
                        to="settlement.transfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("rate", models.PositiveSmallIntegerField()),
                ("net_fen", models.BigIntegerField()),
                ("vat_fen", models.BigIntegerField()),
                ("gross_fen", models.BigIntegerField()),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="settlement.invoice"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="InvoicePaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pdf", models.BinaryField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="settlement.invoice"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "final")), fields=("case_ref",), name="settlement_invoice_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gross_fen__gt", 0), ("kind", "final"), ("of", None)),
                    models.Q(("gross_fen__lt", 0), ("kind", "red"), ("of__isnull", False)),
                    _connector="OR",
                ),
                name="settlement_invoice_red_points_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross_fen",
                        django.db.models.expressions.CombinedExpression(models.F("net_fen"), "+", models.F("vat_fen")),
                    )
                ),
                name="settlement_invoice_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(fields=("invoice", "kind"), name="settlement_invoice_line_one"),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross_fen",
                        django.db.models.expressions.CombinedExpression(models.F("net_fen"), "+", models.F("vat_fen")),
                    ),
                    models.Q(("gross_fen", 0), _negated=True),
                ),
                name="settlement_invoice_line_adds_up",
            ),
        ),
        migrations.RunSQL(sql=(SQL / "invoicing.sql").read_text(), reverse_sql=migrations.RunSQL.noop),
    ]
