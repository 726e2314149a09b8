"""`manage.py restore FILE`: a site from its backup, into a place where nothing is."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from madang.kernel.identity.models import Person
from ops.backup import address, restore
from ops.say import Stop


class Command(BaseCommand):
    help = "Makes database and files from a backup. Refuses where anybody is known already: it never overwrites a site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        if _is_used():
            raise CommandError(
                "There are people here already, and a restore would overwrite them.\n"
                "Start an empty country with `./run --empty --data DIR`, then restore with MADANG_DATA=DIR."
            )
        connection.close()
        try:
            manifest = restore(address(connection.settings_dict), settings.DATA_DIR / "files", options["file"])
        except Stop as problem:
            raise CommandError(str(problem)) from None
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Everything is as it was at {manifest['made_at']}.")
        self.stdout.write(f"Put the keys back into {settings.KEYS_DIR}, then prove the log: ./manage.py audit verify")


def _is_used() -> bool:
    return Person._meta.db_table in connection.introspection.table_names() and Person.objects.exists()
