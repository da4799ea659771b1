"""Since when a recycled number has its present holder (C-11)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0008_order_answers")]

    operations = [
        migrations.AddField("numberentry", "held_since", models.DateTimeField(blank=True, null=True)),
    ]
