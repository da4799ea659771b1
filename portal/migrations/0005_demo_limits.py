"""In a demo everybody comes from one address, and tries more often than people do."""

import datetime

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LIMITS = {"code.address_hour": 3000, "code.number_hour": 60, "code.number_day": 300}


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Only where no owner stands behind the site."""
    if settings.SITE_OWNER:
        return
    value = apps.get_model("portal", "ParameterValue")
    start = datetime.date(2019, 1, 1)
    value.objects.bulk_create(
        [value(name=name, from_on=start, value=most) for name, most in LIMITS.items()], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_reference")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
