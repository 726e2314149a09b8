"""`manage.py recount`: makes the counters of the figures again from the cases."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.analytics.actions import recount
from madang.kernel.cases.models import Destruction


class Command(BaseCommand):
    help = "Makes the counters of the figures again from what the cases say. Everything goes on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        if Destruction.objects.exists():
            raise CommandError(
                "Cases have been destroyed since they were counted: the counters know more than the cases, and stay."
            )
        start = monotonic()

        def progress(done: int) -> None:
            self.stdout.write(f"\r{done:,} facts", ending="")
            self.stdout.flush()

        number = recount(progress)
        self.stdout.write(f"\r{number:,} facts in {monotonic() - start:.1f} s")
