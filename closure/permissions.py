"""The permission words of closure and the roles that hold them."""

from portal.roles import Role

PERMISSIONS: dict[str, frozenset[Role]] = {
    "closure.file": frozenset({Role.SUBSCRIBER}),
    "closure.read": frozenset({Role.SUBSCRIBER}),
    "closure.act": frozenset({Role.SUBSCRIBER}),
    "closure.find": frozenset(Role),
    "closure.check-certificate": frozenset(Role),
    "closure.restore": frozenset(Role),
}
