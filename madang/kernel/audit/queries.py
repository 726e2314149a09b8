"""Reading the log."""

from django.db.models import QuerySet

from .actions import name_of
from .models import Record


def about(subject: object) -> QuerySet[Record]:
    """What was done to this subject, oldest first."""
    return Record.objects.filter(subject=subject if isinstance(subject, str) else name_of(subject)).order_by("id")
