"""Reading the log."""

from django.db.models import QuerySet

from .models import Record
from .rules import name_of


def about(subject: object) -> QuerySet[Record]:
    """What was done to this subject, oldest first."""
    return Record.objects.filter(subject=name_of(subject)).order_by("id")
