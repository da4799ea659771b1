"""Cases settled before their papers had one number get it, and what was claimed of them the same (C-18)."""

from django.db import migrations

CASES = """
INSERT INTO settlement_voucher (number, case_ref, at)
SELECT 'SJ' || substr(case_no, 3), ref, settled_at FROM closure_case
WHERE settled_at IS NOT NULL AND case_no IS NOT NULL ON CONFLICT DO NOTHING
"""
CLAIMS = """
INSERT INTO settlement_voucher (number, case_ref, at)
SELECT 'SJ' || substr(c.case_no, 3), claim.ref, claim.opened_at FROM closure_claim claim
JOIN closure_case c ON c.id = claim.case_id WHERE c.case_no IS NOT NULL ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("closure", "0008_after_closing"), ("settlement", "0003_vouchers")]

    operations = [migrations.RunSQL(sql=[CASES, CLAIMS], reverse_sql=migrations.RunSQL.noop)]
