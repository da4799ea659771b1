"""An obstruction may rest on two answers that contradict each other."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bss", "0001_initial")]

    operations = [
        migrations.AddField("obstruction", "against_ref", models.CharField(blank=True, default="", max_length=26)),
    ]
