"""`manage.py reindex`: brings the search index up to date with everything that can be found."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.search.actions import rebuild, reindex
from madang.kernel.search.contracts import KINDS


class Command(BaseCommand):
    help = "Brings the search index up to date. Searching goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"Only these kinds: {', '.join(KINDS)}.")
        parser.add_argument(
            "--from-scratch",
            action="store_true",
            help="Make it again from nothing: faster; nobody can search until it is done.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = options["kinds"]
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise CommandError(f"There is no kind “{unknown[0]}”. Choose from: {', '.join(KINDS)}.")
        if kinds and options["from_scratch"]:
            raise CommandError("--from-scratch makes the whole index again: leave the kinds out.")
        start = monotonic()

        def progress(done: int) -> None:
            self.stdout.write(f"\r{done:,} documents", ending="")
            self.stdout.flush()

        number = rebuild(progress) if options["from_scratch"] else reindex(kinds, progress)
        self.stdout.write(f"\r{number:,} documents in {monotonic() - start:.1f} s")
