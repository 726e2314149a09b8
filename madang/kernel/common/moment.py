"""The moment at which something happens: now, unless the past is being written down; and the hour of nightly work."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The moment that actions write down."""
    return _moment.get() or timezone.now()


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Writes down what happened at an earlier moment, when records kept elsewhere are taken over."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def nightly(hour: int, minute: int) -> str:
    """The cron line of this time of every day on the site's clock. The scheduler reckons in UTC.

    Where clocks change in summer it comes an hour off for half of the year, which no nightly work minds.
    """
    winter = datetime.combine(date(2026, 1, 15), time(hour, minute), timezone.get_default_timezone())
    return f"{winter.astimezone(UTC):%-M %-H} * * *"
