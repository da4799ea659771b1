"""Keys of single cases: destroying the row's secret is deleting what it sealed (DESIGN "Evidence and privacy")."""

from django.db import models

from portal.cipher import Sealed
from portal.refs import new_ref


class DataKey(models.Model):
    """A data key, itself sealed under the settings' key; None once destroyed."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    secret_box = models.BinaryField(null=True)
    secret = Sealed("secret_box")
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)
