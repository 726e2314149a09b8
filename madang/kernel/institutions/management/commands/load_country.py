"""`manage.py load_country [FOLDER]`: takes over a country pack."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.errors import DomainError
from madang.kernel.institutions.actions import load_country


class Command(BaseCommand):
    help = (
        "Takes over divisions, institutions, departments, competences and days off of a country pack. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.COUNTRY_PACK)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_country(options["folder"])
        except (OSError, KeyError, DomainError) as error:
            lines = [f"{file}:{line}" for file, told in getattr(error, "fields", {}).items() for line in told]
            reason = "\n".join([f"{options['folder']} cannot be taken over: {error}", *lines, "See data/kr/README.md."])
            raise CommandError(reason) from error
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
