"""An order has a key, so that opening it twice opens one; what is missing is a list."""

from django.db import migrations, models

import portal.refs


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_laws")]
    operations = [
        migrations.AddField(
            "workorder",
            "key",
            models.CharField(
                default=portal.refs.new_ref, help_text="Opening again finds this one.", max_length=80, unique=True
            ),
        ),
        migrations.RemoveField("workorder", "missing"),
        migrations.AddField(
            "workorder",
            "missing",
            models.JSONField(blank=True, default=list, help_text="What is missing, in the province's words."),
        ),
    ]
