"""Runs of the reconciliation and their differences; the centre's side of a digest in SQL (S-03)."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import portal.refs

SQL = Path(__file__).resolve().parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0006_netting"),
        ("bss", "0004_booked"),
        ("portal", "0010_failures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(default=portal.refs.new_ref, editable=False, max_length=26, unique=True)),
                ("state", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("lease_token", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="since it last moved")),
                ("operator", models.CharField(max_length=8)),
                ("province", models.CharField(max_length=2)),
                ("day", models.DateField()),
                ("turn", models.PositiveIntegerField(default=1)),
                ("first_on", models.DateField(help_text="The first day that is looked at; `day` is the last.")),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "code",
                    models.CharField(
                        blank=True, default="", help_text="Why the last try came to nothing.", max_length=64
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evidence_ref",
                    models.CharField(blank=True, default="", help_text="The exchange of the digest.", max_length=26),
                ),
                ("ours_digest", models.CharField(blank=True, default="", max_length=20)),
                ("theirs_digest", models.CharField(blank=True, default="", max_length=20)),
                ("nets", models.PositiveIntegerField(default=0, help_text="Rows of our digest.")),
                ("buckets_read", models.PositiveIntegerField(default=0)),
                ("found", models.PositiveIntegerField(default=0, help_text="Differences of this run, old and new.")),
                (
                    "moving",
                    models.PositiveIntegerField(
                        default=0, help_text="Cases that differ only because a command is open."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "WAITING")),
                        fields=["due_at"],
                        name="settlement_reconciliation_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("operator", "province", "day", "turn"), name="settlement_reconciliation_one"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("operator", "province", "day"),
                        name="settlement_reconciliation_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(default=portal.refs.new_ref, editable=False, max_length=26, unique=True)),
                ("state", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("lease_token", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="since it last moved")),
                ("operator", models.CharField(max_length=8)),
                ("province", models.CharField(max_length=2)),
                ("kind", models.CharField(max_length=20)),
                ("case_ref", models.CharField(db_index=True, max_length=40)),
                ("account", models.CharField(max_length=40)),
                ("on", models.DateField()),
                ("ours_fen", models.BigIntegerField()),
                ("theirs_fen", models.BigIntegerField()),
                (
                    "theirs_on",
                    models.DateField(
                        blank=True, help_text="The day on which the province has what is ours.", null=True
                    ),
                ),
                ("evidence_ref", models.CharField(max_length=26)),
                ("order_key", models.CharField(max_length=80)),
                ("found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "gone_in",
                    models.ForeignKey(
                        blank=True,
                        help_text="Saw it agree.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreed",
                        to="settlement.reconciliation",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="settlement.reconciliation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "STANDING")),
                        fields=["operator", "province"],
                        name="settlement_difference_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "STANDING")),
                        fields=("operator", "province", "case_ref", "account", "on"),
                        name="settlement_difference_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            sql=(SQL / "reconciling.sql").read_text(),
            reverse_sql=(SQL / "reconciling_undone.sql").read_text(),
        ),
    ]
