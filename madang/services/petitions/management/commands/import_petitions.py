"""`manage.py import_petitions FILE...`: takes over petitions from JSON lines or CSV, by the same rules as any other."""

import csv
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.services.petitions.actions import Taken, take_over

BATCH = 200
FIELDS = ("title", "body", "topic", "institution", "procedure", "received_at", "public")


class Command(BaseCommand):
    help = (
        "Takes over petitions from files of JSON lines (.jsonl) or CSV (.csv, with a header). Bad lines are reported "
        "by number and skipped. Safe to repeat: what is already there is not taken over again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN",
            help=f"Which column holds a field; fields: {', '.join(FIELDS)}. Default: the column of the same name; "
            "a body is also looked for in “content”, a topic in “category”.",
        )  # fmt: skip
        parser.add_argument(
            "--procedure", default="suggestion", help="The procedure of lines that name none (default: suggestion)."
        )
        parser.add_argument(
            "--private", action="store_true", help="Do not publish them. Without it they are public, masked."
        )
        parser.add_argument("--quiet", action="store_true", help="No progress.")

    def handle(self, *args: Any, **options: Any) -> None:
        columns = {"body": "content", "topic": "category"} | self._mapping(options["map"])
        total = Taken()
        begun = time.monotonic()
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
            lines = self._read(path, columns)
            while batch := list(islice(lines, BATCH)):
                for number, line in batch:
                    if isinstance(line, Exception):
                        self._complain(path, number, str(line), total)
                good = [(f"{path.name}:{number}", line) for number, line in batch if isinstance(line, dict)]
                taken = take_over(good, by=None, procedure=options["procedure"], is_public=not options["private"])
                total.new += taken.new
                total.known += taken.known
                for place, reason in taken.refused:
                    self._complain(path, int(place.rpartition(":")[2]), reason, total)
                if not options["quiet"]:
                    rate = total.count / max(time.monotonic() - begun, 0.001)
                    self.stderr.write(f"\r  {path.name}: {total.count:,} lines, {rate:,.0f} a second ", ending="")
        if not options["quiet"]:
            self.stderr.write("")
        self.stdout.write(f"{total.new} taken over, {total.known} already there, {len(total.refused)} refused.")
        if total.count and not total.new and not total.known:
            sys.exit(1)

    def _mapping(self, pairs: list[str]) -> dict[str, str]:
        mapping = dict(pair.partition("=")[::2] for pair in pairs)
        for field, column in mapping.items():
            if field not in FIELDS or not column:
                raise CommandError(f"--map {field}={column}: write FIELD=COLUMN, with a field of {', '.join(FIELDS)}.")
        return mapping

    def _read(self, path: Path, columns: dict[str, str]) -> Iterator[tuple[int, dict[str, Any] | Exception]]:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            if path.suffix == ".csv":
                rows: Iterator[tuple[int, Any]] = (
                    (reader.line_num, row) for reader in [csv.DictReader(file)] for row in reader
                )
            else:
                rows = ((number, line) for number, line in enumerate(file, 1) if line.strip())
            for number, row in rows:
                try:
                    row = row if isinstance(row, dict) else json.loads(row)
                    if not isinstance(row, dict):
                        raise ValueError("this line is not an object")
                    yield (
                        number,
                        {
                            field: row.get(columns[field])
                            if field in columns and columns[field] in row
                            else row.get(field)
                            for field in FIELDS
                        },
                    )
                except ValueError as error:
                    yield number, error

    def _complain(self, path: Path, number: int, error: str, total: Taken) -> None:
        total.refused.append((f"{path.name}:{number}", error))
        self.stderr.write(f"\n{path.name}:{number}: {error}")
