"""Daily totals, monthly statements and what needs a second person; their laws in PostgreSQL (S-01, D-10)."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import portal.refs
import settlement.models.ledger

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0004_failures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(default=portal.refs.new_ref, editable=False, max_length=26, unique=True)),
                ("state", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("lease_token", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="since it last moved")),
                ("verb", models.CharField(max_length=10)),
                ("operator", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=200)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_label", models.CharField(blank=True, max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decided_label", models.CharField(blank=True, default="", max_length=40)),
                ("decided_at", models.DateTimeField(null=True)),
                ("because", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20, unique=True)),
                ("up_to", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DailyTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("settling", models.BooleanField()),
                ("fen", models.BigIntegerField()),
                ("debit_fen", models.BigIntegerField()),
                ("n", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(default=portal.refs.new_ref, editable=False, max_length=26, unique=True)),
                ("state", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("lease_token", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="since it last moved")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("operator", models.CharField(max_length=8)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("up_to", models.BigIntegerField()),
                ("book", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("frozen_at", models.DateTimeField()),
                ("frozen_by", models.CharField(max_length=64)),
                (
                    "xact",
                    models.BigIntegerField(db_default=settlement.models.ledger.CurrentTransaction(), editable=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fen", models.BigIntegerField()),
                ("n", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="StatementPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pdf", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
        # The column is there since 0002_laws.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="transfer",
                    name="xact",
                    field=models.BigIntegerField(
                        db_default=settlement.models.ledger.CurrentTransaction(), editable=False
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="entry",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="settlement.account",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "id"], name="settlement_entry_account"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["xact"], name="settlement_transfer_xact"),
        ),
        migrations.AddField(
            model_name="approval",
            name="posted",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approval",
                to="settlement.transfer",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="transfer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approvals",
                to="settlement.transfer",
            ),
        ),
        migrations.AddField(
            model_name="dailytotal",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="days",
                to="settlement.account",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="before",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="after", to="settlement.statement"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="statement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approvals",
                to="settlement.statement",
            ),
        ),
        migrations.AddField(
            model_name="statementcorrection",
            name="of",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrected_by", to="settlement.statement"
            ),
        ),
        migrations.AddField(
            model_name="statementcorrection",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="settlement.statement"
            ),
        ),
        migrations.AddField(
            model_name="statementcorrection",
            name="transfer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="settlement.transfer"
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="settlement.account"
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="settlement.statement"
            ),
        ),
        migrations.AddField(
            model_name="statementpaper",
            name="statement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="settlement.statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="dailytotal",
            constraint=models.UniqueConstraint(fields=("account", "on", "settling"), name="settlement_daily_one"),
        ),
        migrations.AddConstraint(
            model_name="dailytotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit_fen__gte", 0), ("n__gt", 0)), name="settlement_daily_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("operator", "first_on"), name="settlement_statement_one"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gt", models.F("first_on"))), name="settlement_statement_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                name="settlement_approval_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", ""), ("state", "ASKED")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ["APPROVED", "DENIED"]),
                        models.Q(("decided_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="settlement_approval_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("posted__isnull", False), ("state", "APPROVED")),
                    models.Q(models.Q(("state", "APPROVED"), _negated=True), ("posted", None)),
                    _connector="OR",
                ),
                name="settlement_approval_posted",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("statement", None), ("transfer__isnull", False), ("verb", "reverse")),
                    models.Q(("statement__isnull", False), ("transfer", None), ("verb", "settle")),
                    _connector="OR",
                ),
                name="settlement_approval_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("asked_by", ""), _negated=True), models.Q(("reason", ""), _negated=True)),
                name="settlement_approval_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ASKED")), fields=("transfer",), name="settlement_approval_transfer"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ASKED")), fields=("statement",), name="settlement_approval_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementcorrection",
            constraint=models.UniqueConstraint(fields=("statement", "transfer"), name="settlement_correction_one"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(fields=("statement", "account"), name="settlement_line_one"),
        ),
        migrations.RunSQL(sql=(SQL / "netting.sql").read_text(), reverse_sql=migrations.RunSQL.noop),
    ]
