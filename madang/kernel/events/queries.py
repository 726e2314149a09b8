"""What operators see of the outbox."""

from typing import Any

from django.db.models import Count, Min, Q

from .models import Event, Failure


def health() -> dict[str, Any]:
    """How many events wait, since when, and how many handlers failed or were given up."""
    waiting = Event.objects.filter(told=False).aggregate(count=Count("id"), oldest=Min("at"))
    failed = Failure.objects.aggregate(failed=Count("id"), given_up=Count("id", filter=Q(next_at=None)))
    return waiting | failed
