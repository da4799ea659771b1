"""What a case costs: frozen lines that anyone can add up."""

from __future__ import annotations

from django.db import models

from closure.models.case import Case


class Quote(models.Model):
    """A frozen sum with the parameters in force. `total_fen` > 0 is to be paid, < 0 to be refunded."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="quotes")
    seq = models.PositiveSmallIntegerField()
    total_fen = models.BigIntegerField()
    parameters = models.JSONField()
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="closure_quote_numbered"),)


class QuoteLine(models.Model):
    """One line: kind, formula with figures, whole fen, the document and rule it rests on."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16)
    label = models.CharField(max_length=48)
    formula = models.CharField(max_length=48, default="")
    figures = models.JSONField(default=dict)
    fen = models.BigIntegerField()
    claimed_fen = models.BigIntegerField(null=True)
    document = models.CharField(max_length=64, default="")
    rule = models.CharField(max_length=8)
    item = models.CharField(max_length=64, default="")
    dispute = models.CharField(max_length=26, default="")  # ref of the dispute that set the line aside

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["quote", "position"], name="closure_line_placed"),)
