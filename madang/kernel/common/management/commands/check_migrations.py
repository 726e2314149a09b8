"""`manage.py check_migrations`: may the new migrations be applied while the old code serves people?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.upgrading import explained, unsafe


class Command(BaseCommand):
    help = "Names each new migration that the running code would notice; exit code 1 if there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that are applied already")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, deploy in explained(only_new=not options["all"]):
            self.stdout.write(f"{name}: {deploy}")
        found = list(unsafe(only_new=not options["all"]))
        for name, objections in found:
            for one in objections:
                self.stderr.write(f"{name}: {one}")
        if found:
            raise CommandError(
                "Not additive: the old code cannot go on beside this. Change it, or stop the site for the upgrade;"
                ' a migration that says in `deploy = "..."` why and how is let pass.'
            )
        self.stdout.write("Additive: the old code goes on while this is applied.")
