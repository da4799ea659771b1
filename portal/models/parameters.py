"""Values of dated parameters."""

from typing import ClassVar

from django.db import models


class ParameterValue(models.Model):
    """A value from a day on, for an operator and a province ("" means every one)."""

    name = models.CharField(max_length=80)
    operator = models.CharField(max_length=8, blank=True, default="")
    province = models.CharField(max_length=2, blank=True, default="")
    from_on = models.DateField()
    value = models.JSONField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "operator", "province", "from_on"], name="one_value_a_day"),
        ]

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """How particular, then how late: the highest is in force."""
        return (self.operator != "", self.province != "", self.from_on.toordinal())
