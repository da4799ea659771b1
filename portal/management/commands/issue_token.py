"""Give a member of staff, or an operator's own system, a token of the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.actors import robot
from portal.errors import TongbanError
from portal.models import ApiToken, Person
from portal.roles import STAFF, Role
from portal.services import tokens


class Command(BaseCommand):
    """``manage.py issue_token --person NAME`` or ``--system LABEL --role ROLE``; the token is printed once."""

    help = "Issue a token of the API, or end one with --revoke."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who for, how narrow, how long."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--person", help="user name of a member of staff; role and scope are those of the grant")
        who.add_argument("--system", help="name of an operator's system")
        who.add_argument("--revoke", help="ref of a token to end now")
        parser.add_argument("--role", choices=sorted(role.value for role in STAFF))
        parser.add_argument("--operator", default="")
        parser.add_argument("--province", default="")
        parser.add_argument("--scope", action="append", default=[], help="a permission word; may be repeated")
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue or revoke; a refusal is an error of the command."""
        try:
            if options["revoke"]:
                tokens.revoke(options["revoke"], by=robot("administrator"))
                return
            token, text = self._issue(options)
        except TongbanError as error:
            raise CommandError(error.message("en")) from error
        self.stdout.write(f"ref: {token.ref}\nuntil: {token.expires_at.isoformat()}\ntoken: {text}")

    def _issue(self, options: dict[str, Any]) -> tuple[ApiToken, str]:
        scopes, days, by = options["scope"], options["days"], robot("administrator")
        if options["person"]:
            person = Person.objects.filter(username=options["person"], disabled_at=None).first()
            if person is None:
                raise CommandError("no such member of staff")
            return tokens.issue_to_person(person, scopes=scopes, days=days, by=by)
        if not options["role"]:
            raise CommandError("a system needs --role")
        scope = {"operator": options["operator"], "province": options["province"]}
        return tokens.issue_to_system(
            Role(options["role"]), options["system"], **scope, scopes=scopes, days=days, by=by
        )
