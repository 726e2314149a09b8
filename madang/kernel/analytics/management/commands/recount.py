"""`manage.py recount`: makes the counters of the figures again from the cases."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from madang.kernel.analytics.actions import recount


class Command(BaseCommand):
    help = "Makes the counters of the figures again from what the cases say. Everything goes on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        start = monotonic()

        def progress(done: int) -> None:
            self.stdout.write(f"\r{done:,} facts", ending="")
            self.stdout.flush()

        number = recount(progress)
        self.stdout.write(f"\r{number:,} facts in {monotonic() - start:.1f} s")
