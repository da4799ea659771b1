"""Who does something. Every writing verb takes ``by: Actor`` (CONVENTIONS 13)."""

from dataclasses import dataclass

from portal.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """One person, line or robot in one role and scope.

    ``ref`` reads ``person:<ref>``, ``line:<ref>``, ``robot:<name>`` or ``anonymous``; ``label`` is masked and may be
    shown; ``line_ref`` is the LineAccount a subscriber signed in with. ``present`` is True for a person who signed in
    with password and time-based code, and never for a token, whoever holds it (D-04).
    """

    role: Role
    ref: str
    operator: str = ""
    province: str = ""
    store: str = ""
    line_ref: str = ""
    label: str = ""
    present: bool = False

    @property
    def place(self) -> tuple[str, ...]:
        """In which role and scope: what somebody was told in one is not theirs to hear in another (D-05)."""
        return (self.role.value, self.operator, self.province, self.store, self.line_ref)

    @property
    def signed_in(self) -> bool:
        """Whether this is a person or a line that proved who they are."""
        return self.role not in (Role.ANONYMOUS, Role.ROBOT)


ANONYMOUS = Actor(Role.ANONYMOUS, "anonymous")


def robot(name: str) -> Actor:
    """A named robot: tasks and sweeps act as one of these."""
    return Actor(Role.ROBOT, f"robot:{name}", label=name)
