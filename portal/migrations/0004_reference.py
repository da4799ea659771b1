"""Provinces and operators, and for a deployment without an owner the number segments of the fictitious four."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.rules.places import DEMO_OPERATORS, PROVINCES, REAL_OPERATORS, demo_segments


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As services.register.load_reference, on the models of this point in history."""
    province, operator, segment = (apps.get_model("portal", name) for name in ("Province", "Operator", "Segment"))
    province.objects.bulk_create(
        [province(code=one.code, zh=one.zh, en=one.en, region=one.region) for one in PROVINCES.values()],
        ignore_conflicts=True,
    )
    networks = REAL_OPERATORS if settings.SITE_OWNER else DEMO_OPERATORS
    operator.objects.bulk_create(
        [operator(code=one.code, name_zh=one.zh, name_en=one.en, hotline=one.hotline) for one in networks],
        ignore_conflicts=True,
    )
    if not settings.SITE_OWNER:
        rows = [
            segment(prefix=prefix, operator=network.code, province=code)
            for network in networks
            for code in PROVINCES
            for prefix in demo_segments(network.code, code)
        ]
        segment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_order_keys")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
