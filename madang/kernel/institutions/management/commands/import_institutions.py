"""`manage.py import_institutions FILE`: takes over a list of institutions."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.common.errors import DomainError
from madang.kernel.institutions.actions import load_institutions
from madang.kernel.institutions.rules import COLUMNS, REQUIRED


class Command(BaseCommand):
    help = f"Takes over institutions from a CSV file with the columns {', '.join(COLUMNS)}. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                missing = [name for name in REQUIRED if name not in (reader.fieldnames or [])]
                if missing:
                    raise CommandError(f"{path}:1: these columns are missing: {', '.join(missing)}.")
                rows = [(reader.line_num, row) for row in reader]
            outcome = load_institutions(rows, by=None, dry_run=options["dry_run"])
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path} cannot be read: {error}. It must be a CSV file in UTF-8.") from error
        except DomainError as error:
            raise CommandError(f"{path}: {error} {error.fields}") from error
        for number, reason in outcome.refused:
            self.stderr.write(f"{path}:{number}: {reason}")
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}new {outcome.new}, changed {outcome.changed}, same {outcome.same}, refused {len(outcome.refused)}"
        )
        if outcome.refused:
            raise SystemExit(1)
