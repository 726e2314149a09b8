"""`manage.py operator EMAIL`: registers an operator, who runs the system and keeps its institutions and posts."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.errors import DomainError
from madang.kernel.identity.actions import register
from madang.kernel.identity.models import Person


class Command(BaseCommand):
    help = "Registers an operator. Asks for a password, or takes it from the environment variable OPERATOR_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="What the operator signs in with.")
        parser.add_argument("--name", default="", help="The operator's name (default: the e-mail).")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        password = os.environ.get("OPERATOR_PASSWORD") or getpass("Password: ")
        try:
            register(
                Person(name=options["name"] or email, email=email),
                by=None,
                login=email,
                password=password,
                is_operator=True,
            )
        except DomainError as error:
            reasons = " ".join(text for texts in error.fields.values() for text in texts)
            raise CommandError(reasons or str(error)) from error
        self.stdout.write(f"{email} can sign in, and finds the back office under /back-office/.")
