"""Who a session belongs to. None means: that session is over."""

from portal.actors import Actor
from portal.errors import Missing
from portal.models import LineAccount, Person
from portal.roles import Role


def actor_of(person_ref: str, epoch: int) -> Actor | None:
    """The actor of a staff session made at this epoch; None after a sign-out, role change or disabling."""
    person = Person.objects.filter(ref=person_ref, session_epoch=epoch, disabled_at=None).first()
    if person is None:
        return None
    grant = person.grants.filter(ended_at=None).order_by("id").first()
    if grant is None:
        return None
    return Actor(
        role=Role(grant.role),
        ref=f"person:{person.ref}",
        operator=grant.operator,
        province=grant.province,
        store=grant.store,
        label=person.label,
        present=True,
    )


def actor_of_line(ref: str, epoch: int) -> Actor | None:
    """The actor of a subscriber's session made at this epoch; None after sign-out, or once the line ended."""
    account = LineAccount.objects.filter(ref=ref, session_epoch=epoch, ended_at=None).first()
    return None if account is None else line_actor(account)


def line_ended_in(ref: str, epoch: int) -> bool:
    """Whether a session of this epoch is over because the line itself ended, not because somebody signed out."""
    return LineAccount.objects.filter(ref=ref, session_epoch=epoch + 1).exclude(ended_at=None).exists()


def account_of(actor: Actor) -> LineAccount:
    """The line a subscriber signed in with; raises Missing for anybody else."""
    account = LineAccount.objects.filter(ref=actor.line_ref, ended_at=None).first() if actor.line_ref else None
    if account is None:
        raise Missing("error.missing")
    return account


def line_actor(account: LineAccount) -> Actor:
    """The subscriber behind a line account; the label is the masked number."""
    return Actor(
        role=Role.SUBSCRIBER,
        ref=f"line:{account.ref}",
        operator=account.operator,
        province=account.province,
        line_ref=account.ref,
        label=str(account.number),
    )
