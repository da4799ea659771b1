"""One number for all papers of a case (C-18); its rows are only added, as the ledger's are."""

from django.db import migrations, models

LAWS = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_voucher
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_voucher
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
ALTER TABLE settlement_voucher ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_voucher ENABLE ALWAYS TRIGGER not_emptied;
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0002_laws")]

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(db_index=True, max_length=24)),
                ("case_ref", models.CharField(max_length=26, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(sql=LAWS, reverse_sql=migrations.RunSQL.noop),
    ]
