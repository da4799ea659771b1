"""The permission words of the desk and the roles that hold them (D-05)."""

from portal.roles import Role

PERMISSIONS: dict[str, frozenset[Role]] = {
    "desk.read": frozenset({Role.CLERK, Role.SUPERVISOR}),
    "desk.reveal": frozenset({Role.CLERK, Role.SUPERVISOR, Role.PROVINCIAL_REGULATOR}),
    "desk.orders": frozenset({Role.CLERK, Role.SUPERVISOR}),
}
