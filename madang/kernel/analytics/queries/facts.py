"""What the cases say happened, for counting it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from pydantic import TypeAdapter

from madang.kernel.cases.contracts import CaseEvent
from madang.kernel.cases.models import Clock, Entry
from madang.kernel.events.contracts import LISTENERS
from madang.kernel.events.models import Event, Failure

from ..rules import Increment, closed, increments, rated
from .places import district_of

# Day, institution, procedure, topic, division.
Key = tuple[date, int, str, str, str]

_PLAIN: dict[str, Increment] = {
    "filed": {"received": 1},
    "asked": {"supplements": 1},
    "extended": {"extended": 1},
    "follow_up": {"follow_ups": 1},
    "withdrawn": {"withdrawn": 1},
}
# The name under which `handlers.count` listens.
HANDLER = "analytics.count"
_ANSWERS = ("answered", "answered_again")


@dataclass(frozen=True)
class Told:
    """What is to be added to the figures, and of what."""

    key: Key
    increment: Increment


def tallies_of(event: CaseEvent) -> list[Told]:
    """What an event adds to the figures."""
    day, division = timezone.localdate(event.at), district_of(event.division)
    return [
        Told((day, here, event.procedure, event.topic, division), increment) for here, increment in increments(event)
    ]


def facts() -> Iterator[Told]:
    """Everything that ever happened to cases, by their timelines, in any order."""
    due = Clock.objects.filter(case=OuterRef("case"), ended_at=OuterRef("at")).order_by("-starts_at", "-id")
    entries = (
        Entry.objects.filter(kind__in=[*_PLAIN, *_ANSWERS, "transferred", "rated"])
        .annotate(
            # Only where it is asked for: the data of an answer is its whole text.
            number=Case(
                When(kind="transferred", then=Cast(KeyTextTransform("to", "data"), IntegerField())),
                When(kind="rated", then=Cast(KeyTextTransform("score", "data"), IntegerField())),
            ),
            due=Case(When(kind__in=_ANSWERS, then=Subquery(due.values("due_at")[:1]))),
            since=Case(When(kind="answered_again", then=F("case__follow_ups__at")), default=F("case__received_at")),
        )
        .order_by()
        .values_list(
            "kind", "at", "institution", "number", "due", "since", "case__procedure", "case__topic", "case__division"
        )
    )
    for kind, at, here, number, due_at, since, procedure, topic, division in entries.iterator(5_000):
        day, division = timezone.localdate(at), district_of(division)
        if kind == "transferred":
            yield Told((day, here, procedure, topic, division), {"transferred_out": 1})
            yield Told((day, number, procedure, topic, division), {"transferred_in": 1})
            continue
        if kind in _ANSWERS:
            increment = closed(None if due_at is None else at <= due_at, round((at - since).total_seconds() / 86400, 2))
        else:
            increment = rated(number) if kind == "rated" else _PLAIN[kind]
        yield Told((day, here, procedure, topic, division), increment)


def owed() -> Iterator[Told]:
    """What has happened but was not told to the figures yet, or could not be."""
    adapters: dict[str, TypeAdapter[CaseEvent]] = {
        name: TypeAdapter(listener.contract)
        for name, listeners in LISTENERS.items()
        for listener in listeners
        if listener.name == HANDLER
    }
    failed = Failure.objects.filter(handler=HANDLER).values("event")
    for event in Event.objects.filter(Q(told=False) | Q(pk__in=failed), name__in=adapters).iterator():
        yield from tallies_of(adapters[event.name].validate_python(event.payload))
