from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_who_decided(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Who decided stands in the audit chain; a decision that no person answers for is asked for anew (D-10)."""
    mandates, audit = apps.get_model("closure", "Mandate"), apps.get_model("portal", "AuditEntry")
    for row in mandates.objects.select_related("case").filter(exception__in=("granted", "denied")):
        told = audit.objects.filter(verb="closure.exception_decided", subject_ref=row.case.ref).order_by("-pk").first()
        row.exception_decided_by = told.by_ref[:64] if told else ""
        by_person = row.exception_decided_by.startswith("person:")
        if not by_person or row.exception_decided_by in (row.exception_by, row.reviewed_by):
            row.exception, row.exception_decided_by = "", ""
        row.save(update_fields=["exception", "exception_decided_by"])


class Migration(migrations.Migration):
    dependencies = [
        ("closure", "0010_roaming_tail"),
        ("portal", "0009_held_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="mandate",
            name="exception_decided_by",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="mandate",
            name="recalled_by",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunPython(name_who_decided, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exception__in", ["granted", "denied"]), _negated=True),
                    models.Q(
                        ("exception_decided_by__startswith", "person:"),
                        models.Q(("exception_decided_by", models.F("exception_by")), _negated=True),
                        models.Q(("exception_decided_by", models.F("reviewed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="closure_exception_four_eyes",
            ),
        ),
    ]
