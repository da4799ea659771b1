"""One operator's system in one province (G-01): the unit everything in this app talks to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Bss:
    """Operator code (161) and GB/T 2260 province code (35)."""

    operator: str
    province: str

    @property
    def code(self) -> str:
        """The name used in settings, database names and pools: `161_35`."""
        return f"{self.operator}_{self.province}"

    def __str__(self) -> str:
        return self.code
