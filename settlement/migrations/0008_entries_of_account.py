"""The index by which an account finds its own entries, and a page of transfers its accounts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0007_reconciling"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="entry",
            name="settlement_entry_account",
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "transfer"], name="settlement_entry_of_account"),
        ),
    ]
