"""The demo's permission word: everybody may open the demo world, and it exists in demo settings only."""

from portal.permissions import EVERYONE
from portal.roles import Role

PERMISSIONS: dict[str, frozenset[Role]] = {"demo": EVERYONE}
