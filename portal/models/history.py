"""What happened: movements of states and the audit chain. Both are append-only, by triggers that bind the owner too."""

from django.db import models


class Movement(models.Model):
    """One step of one row's state, written in the transaction of the step."""

    subject_type = models.CharField(max_length=60)
    subject_ref = models.CharField(max_length=26)
    seq = models.PositiveIntegerField()
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_ref = models.CharField(max_length=80)
    by_role = models.CharField(max_length=24)
    reason = models.CharField(max_length=200)
    rules = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject_type", "subject_ref", "seq"], name="one_movement_a_place"),
        )


class AuditEntry(models.Model):
    """One link of a chain. ``mac`` is keyed outside the database; ``hash`` covers the link before."""

    chain = models.CharField(max_length=8)
    day = models.DateField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=80)
    subject_ref = models.CharField(max_length=60)
    by_ref = models.CharField(max_length=80)
    by_role = models.CharField(max_length=24)
    rules = models.CharField(max_length=200)
    facts = models.TextField()
    at_text = models.CharField(max_length=40)
    mac = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["chain", "day", "seq"], name="one_link_a_place"),)
        indexes = (models.Index(fields=["subject_ref"], name="audit_by_subject"),)


class AuditAnchor(models.Model):
    """A chain's head at some instant, under a key outside the database, so that a cut tail does not pass."""

    chain = models.CharField(max_length=8)
    day = models.DateField()
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["chain", "day", "seq"], name="one_anchor_a_place"),)
