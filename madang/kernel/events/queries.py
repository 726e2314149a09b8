"""What operators see of the outbox and of the jobs."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce, Now
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from .models import Event, Failure

MOST_COUNTED = 100_000


def health() -> dict[str, Any]:
    """How many events wait, since when, and how many handlers failed or were given up."""
    waiting = Event.objects.filter(told=False).aggregate(count=Count("id"), oldest=Min("at"))
    failed = Failure.objects.aggregate(failed=Count("id"), given_up=Count("id", filter=Q(next_at=None)))
    return waiting | failed


def waiting_events() -> tuple[int, datetime | None]:
    """How many events wait to be told, counted to a hundred thousand, and since when the oldest does."""
    untold = Event.objects.filter(told=False)
    oldest = untold.order_by("id").values_list("at", flat=True).first()
    return untold.values("pk")[:MOST_COUNTED].count(), oldest


def waiting_jobs() -> tuple[dict[str, int], datetime | None]:
    """How many jobs of each name are due and wait for a worker, and since when the oldest does."""
    due = ProcrastinateJob.objects.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=Now()), status="todo")
    counted = dict(due.values("task_name").annotate(n=Count("id")).values_list("task_name", "n"))
    first = due.order_by("id").first()
    if first is None:
        return {}, None
    asked = ProcrastinateEvent.objects.filter(job_id=first.pk, type="deferred")
    return counted, asked.aggregate(at=Coalesce(first.scheduled_at, Min("at")))["at"]
