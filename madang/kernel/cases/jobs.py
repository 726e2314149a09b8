"""The clock on the wall: reminders, dunning notices, and clocks wound anew."""

from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly
from madang.kernel.common.parameters import parameter
from madang.kernel.notices.models import Notice

from .actions import destroy_due, remind, tell, wind
from .models import Case, Clock
from .queries import NEEDED
from .queries.acting import told_of


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


@app.periodic(cron=nightly(7, 30))
@app.task(name="cases.tell_of_progress", queueing_lock="cases.progress")
def tell_of_progress(timestamp: int) -> None:
    """Tells applicants how far their open cases are, after thirty days and every thirty days more, each time once."""
    days = parameter("cases.progress_days", timezone.localdate())
    now = timezone.now()
    somebodys = Q(applicant__isnull=False) | Q(company__isnull=False)
    old = Case.objects.filter(somebodys, closed_at=None, received_at__lte=now - timedelta(days=days))
    for case in old.select_related(*NEEDED).iterator(500):
        which = f"progress:{case.number}:{(now - case.received_at).days // days}"
        for person in told_of(case):
            key = which if person.pk == case.applicant_id else f"{which}:{person.pk}"
            if not Notice.objects.filter(key=key).exists():
                tell(case, person, "progress", key=key, waiting=case.supplements.filter(replied_at=None).exists())


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


@app.periodic(cron=nightly(2, 30))
@app.task(name="cases.keep", queueing_lock="cases.keep")
def keep(timestamp: int) -> None:
    """Destroys the cases that have been kept for as long as their procedures say."""
    destroy_due()
