"""The clock on the wall: reminders, dunning notices, and clocks wound anew."""

from datetime import date, timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from madang.kernel.common.parameters import parameter

from .actions import remind, tell, wind
from .models import Case, Clock
from .queries import NEEDED


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.remind_of_deadlines", queueing_lock="cases.remind")
def remind_of_deadlines(timestamp: int) -> None:
    """Reminds of deadlines less than a day away, duns for those that have passed."""
    now = timezone.now()
    running = Clock.objects.filter(ended_at=None)
    near = running.filter(due_at__range=(now, now + timedelta(days=1)), reminded_at=None)
    passed = running.filter(due_at__lt=now, dunned_at=None)
    for clock in [*near[:1000], *passed[:1000]]:
        remind(clock, by=None)


@app.task(name="cases.wind_clocks")
def wind_clocks(day: str, institution_id: int | None, after: int = 0, batch: int = 500) -> None:
    """Counts every running clock anew that the new day off can move, some hundreds at a time."""
    clocks = Clock.objects.filter(ended_at=None, starts_at__date__lte=date.fromisoformat(day), pk__gt=after)
    if institution_id:
        clocks = clocks.filter(institution_id=institution_id)
    found = list(clocks.order_by("pk")[:batch])
    for clock in found:
        wind(clock, by=None, because=day)
    if len(found) == batch:
        wind_clocks.defer(day=day, institution_id=institution_id, after=found[-1].pk, batch=batch)
