"""The moment at which something happens: now, unless the past is being written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

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
