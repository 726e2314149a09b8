"""`manage.py retention [--dry-run | --report]`: cases are destroyed when they have been kept for long enough."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from madang.kernel.cases.actions import destroy_due
from madang.kernel.cases.models import Destruction, Hold
from madang.kernel.cases.queries import due_for_destruction


class Command(BaseCommand):
    help = "Destroys the cases that have been kept for as long as their procedures say. The worker does so every night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--dry-run", action="store_true", help="say what would be destroyed, and destroy nothing")
        instead.add_argument("--report", action="store_true", help="say what was destroyed, day by day")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"]:
            self.report()
        elif options["dry_run"]:
            for due in due_for_destruction(timezone.localdate()):
                if number := due.cases.count():
                    self._say(due.procedure, due.closed_before, number)
        else:
            number = destroy_due(progress=lambda due, some: self._say(due.procedure, due.closed_before, some))
            self.stdout.write(f"{number} cases destroyed.")

    def report(self) -> None:
        """What was destroyed, the newest day first, and how many cases are held."""
        for one in Destruction.objects.all():
            self.stdout.write(f"{one.day}  ", ending="")
            self._say(one.procedure, one.closed_before, one.cases, f", {one.files} files")
        self.stdout.write(f"{Hold.objects.filter(lifted_at=None).count()} cases are held.")

    def _say(self, procedure: str, before: Any, cases: int, more: str = "") -> None:
        self.stdout.write(f"{procedure}: {cases} cases closed before {before}{more}")
