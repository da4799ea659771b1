"""The permission words of closure and the roles that hold them."""

from portal.roles import Role

PERMISSIONS: dict[str, frozenset[Role]] = {
    "closure.file": frozenset({Role.SUBSCRIBER}),
    "closure.read": frozenset({Role.SUBSCRIBER}),
    "closure.look": frozenset(
        {
            Role.SUBSCRIBER,
            Role.CLERK,
            Role.SUPERVISOR,
            Role.PROVINCIAL_REGULATOR,
            Role.NATIONAL_REGULATOR,
            Role.AUDITOR,
        }
    ),
    "closure.act": frozenset({Role.SUBSCRIBER}),
    "closure.find": frozenset(Role),
    "closure.check-certificate": frozenset(Role),
    "closure.restore": frozenset(Role),
    "closure.paper": frozenset({Role.SUBSCRIBER}),
    "closure.counter": frozenset({Role.CLERK, Role.SUPERVISOR}),
    "closure.exception": frozenset({Role.SUPERVISOR}),
    "closure.openings": frozenset(Role) - {Role.ROBOT},
    "closure.openings.edit": frozenset({Role.ADMINISTRATOR}),
}
