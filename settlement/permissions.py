"""Permission words of this app's pages."""

from portal.roles import Role

OVERSEERS = frozenset({Role.PROVINCIAL_REGULATOR, Role.NATIONAL_REGULATOR, Role.AUDITOR})

# The callback: anybody may call it, only the provider can sign it: see `settlement.provider.is_genuine`.
PERMISSIONS: dict[str, frozenset[Role]] = {
    "payments.callback": frozenset({Role.ANONYMOUS}),
    "settlement.check-invoice": frozenset(Role),
    "settlement.read": OVERSEERS | {Role.FINANCE},
    "settlement.act": frozenset({Role.FINANCE}),
}
