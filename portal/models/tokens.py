"""Bearer tokens of the API. The token itself is nowhere: a keyed hash finds its row."""

from django.db import models

from portal.models.people import LineAccount, Person
from portal.refs import new_ref
from portal.roles import Role


class ApiToken(models.Model):
    """One token of a line, of a person, of an operator's system, or of one closed case; ended by time or by word.

    ``scopes`` are permission words; an empty list means all that the role holds. ``case_ref`` is the case that may
    still be read once the line itself has ended.
    """

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    token_index = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60, blank=True, default="")
    role = models.CharField(max_length=24, choices=Role.choices)
    operator = models.CharField(max_length=8, blank=True, default="")
    province = models.CharField(max_length=2, blank=True, default="")
    store = models.CharField(max_length=20, blank=True, default="")
    scopes = models.JSONField(default=list, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="tokens")
    account = models.ForeignKey(LineAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="tokens")
    epoch = models.PositiveIntegerField(default=0)
    case_ref = models.CharField(max_length=26, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="tokens_by_end"),)
