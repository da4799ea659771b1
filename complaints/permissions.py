"""The permission words of the oversight pages and the roles that hold them (D-05)."""

from portal.roles import Role

OVERSEERS = frozenset({Role.PROVINCIAL_REGULATOR, Role.NATIONAL_REGULATOR, Role.AUDITOR})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "oversight.read": OVERSEERS,
    "oversight.verify": OVERSEERS,
}
