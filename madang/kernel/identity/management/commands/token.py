"""`manage.py token NAME`: prints a new access token for the API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.identity.actions import issue_token
from madang.kernel.identity.queries import by_login


class Command(BaseCommand):
    help = "Prints a new access token for the account with this e-mail. It is shown this once only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The e-mail that the person signs in with.")
        parser.add_argument("--label", default="command line", help="What the token is for, as its owner will read it.")

    def handle(self, *args: Any, **options: Any) -> None:
        account = by_login(options["name"])
        if account is None:
            raise CommandError(f"Nobody signs in with {options['name']}. `./run` prints who can.")
        self.stdout.write(issue_token(account.person, by=None, name=options["label"]))
