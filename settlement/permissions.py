"""Permission words of this app's pages."""

from portal.roles import Role

# Anybody may call it, only the provider can sign it: see `settlement.provider.is_genuine`.
PERMISSIONS: dict[str, frozenset[Role]] = {"payments.callback": frozenset({Role.ANONYMOUS})}
