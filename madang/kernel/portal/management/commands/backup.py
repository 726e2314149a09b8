"""`manage.py backup FILE`: database and files of a running site, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ops.backup import address, backup
from ops.say import Stop


class Command(BaseCommand):
    help = (
        "Writes the database and all uploaded files into one file, while the site runs. Keys and secrets are not in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to; it must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"].resolve()
        try:
            manifest = backup(address(connection.settings_dict), settings.DATA_DIR / "files", file)
        except Stop as problem:
            raise CommandError(str(problem)) from None
        size = file.stat().st_size / 1e6
        self.stdout.write(f"{file}: {size:.1f} MB, {manifest['files']['count']} files in it.")
        self.stdout.write(f"Back up {settings.KEYS_DIR} and {settings.DATA_DIR / 'secret'} too, to another place.")
