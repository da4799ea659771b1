"""Staff, what they may do, and lines that signed in with a code."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from portal.cipher import Indexes, Sealed
from portal.masked import Phone
from portal.refs import new_ref
from portal.roles import NEVER_TOGETHER, Role


class PersonManager(BaseUserManager["Person"]):
    """Finds staff by user name; creation is ``services.staff.enrol``."""


class Person(AbstractBaseUser):
    """A member of staff. ``session_epoch`` grows when every session must end (D-04)."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    username = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=40, help_text="Body and staff number, as others see them.")
    totp_box = models.BinaryField(null=True)
    totp = Sealed("totp_box")
    totp_step = models.BigIntegerField(default=-1, help_text="Last used time step: each counts once.")
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["label"]
    objects = PersonManager()

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django asks for this name."""
        return self.disabled_at is None

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Django's session hash, with the epoch in it: a new epoch ends every session."""
        salt = "portal.models.people.Person"
        text = f"{self.password}:{self.session_epoch}:{self.is_active}"
        return salted_hmac(salt, text, secret=secret, algorithm="sha256").hexdigest()

    def __str__(self) -> str:
        return self.label


class RoleGrant(models.Model):
    """One role in one scope, from then till then."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    operator = models.CharField(max_length=8, blank=True, default="")
    province = models.CharField(max_length=2, blank=True, default="")
    store = models.CharField(max_length=20, blank=True, default="")
    since_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True, role__in=[role.value for role in NEVER_TOGETHER]),
                name="three_powers_apart",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "operator", "province", "store"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_grant",
            ),
        )


class LineAccount(models.Model):
    """A number whose holder signed in with a code; it ends when the line does."""

    ref = models.CharField(max_length=26, unique=True, default=new_ref, editable=False)
    number_box = models.BinaryField()
    number = Sealed("number_box", Phone)
    number_index = models.CharField(max_length=64)
    INDEXED: ClassVar[Indexes] = {"number_index": ("phone", "number")}
    operator = models.CharField(max_length=8)
    province = models.CharField(max_length=2)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["number_index"], condition=models.Q(ended_at__isnull=True), name="one_live_account"
            ),
        )
