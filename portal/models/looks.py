"""Who looked at unmasked data, when and why (D-02)."""

from django.db import models

from portal.cipher import Sealed
from portal.refs import new_ref


class Look(models.Model):
    """One value shown to one member of staff. The reason is free text and may name somebody: it is sealed."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    subject_ref = models.CharField(max_length=26, db_index=True, help_text="The line account it was about.")
    case_ref = models.CharField(max_length=26, blank=True, default="", db_index=True)
    what = models.CharField(max_length=20, help_text="Which value: the end of a lexicon key look.*")
    by_ref = models.CharField(max_length=80)
    by_role = models.CharField(max_length=24)
    who = models.CharField(max_length=40, help_text="Body and staff number, as the person concerned sees them.")
    reason_box = models.BinaryField()
    reason = Sealed("reason_box")
    at = models.DateTimeField()
