"""`manage.py load_country [FOLDER]`: takes over a country pack."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.errors import DomainError
from madang.kernel.institutions.actions import load_country


class Command(BaseCommand):
    help = "Takes over divisions, institutions, departments and competences of a country pack. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.COUNTRY_PACK)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_country(options["folder"])
        except (OSError, KeyError, DomainError) as error:
            raise CommandError(f"{options['folder']} cannot be taken over: {error}. See data/kr/README.md.") from error
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
