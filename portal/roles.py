"""The list of roles that every permission is written in (DESIGN "People")."""

from django.db.models import TextChoices


class Role(TextChoices):
    """Who somebody is; where they are is the scope of the grant (D-05)."""

    ANONYMOUS = "anonymous"
    SUBSCRIBER = "subscriber"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    PORTING_OFFICER = "porting_officer"
    PROVINCIAL_REGULATOR = "provincial_regulator"
    NATIONAL_REGULATOR = "national_regulator"
    AUDITOR = "auditor"
    SECURITY_OFFICER = "security_officer"
    ADMINISTRATOR = "administrator"
    ROBOT = "robot"


NEVER_TOGETHER = (Role.AUDITOR, Role.SECURITY_OFFICER, Role.ADMINISTRATOR)
"""Three powers that are never one person's; the database holds it too."""

STAFF = frozenset(Role) - {Role.ANONYMOUS, Role.SUBSCRIBER, Role.ROBOT}
