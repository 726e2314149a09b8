"""The figures, read from counters: never from cases, so that a million of them cost no more than a thousand."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils import timezone

from madang.kernel.common.memory import remembered
from madang.kernel.institutions.models import Division, Institution

from ..contracts import COUNTS, Counts, Figures, Filters, Live, Row
from ..models import Figure
from ..rules import DETAIL, PENDING, Kept, level_for, periods, split, step_for
from .names import topics
from .places import districts

_SUMS = {name: Sum(name) for name in COUNTS}
_STEPS: Mapping[str, Callable[[str], Any]] = {"month": TruncMonth, "week": TruncWeek, "day": F}
RECENT = timedelta(days=30)


def a_year(today: date | None = None) -> tuple[date, date]:
    """The last twelve months, the current one included, up to today: what figures are about unless asked otherwise."""
    today = today or timezone.localdate()
    return date(today.year - (today.month < 12), today.month % 12 + 1, 1), today


def figures(filters: Filters) -> Figures:
    """What happened between two days, of what was asked for, in all and by institution, topic, place and time.

    Each thing counts where and when it happened: received here in May, passed on in June, answered there in July.
    """
    places = districts()
    return replace(
        _overview(filters, places),
        institutions=_institutions(_counts(filters, places, "institution")),
        topics=_topics(_counts(filters, places, "topic")),
    )


@remembered(10.0)
def country_figures() -> Figures:
    """The last twelve months of the country, over time and by place: for the first page, so not added up each time."""
    return _overview(Filters(*a_year()), districts())


def live_figures(institution: Institution) -> Live:
    """An institution at a glance, for its page."""
    today = timezone.localdate()
    since, until = a_year(today)
    ever = Filters(since=date(1900, 1, 1), until=until, institution=institution.pk)
    recent = Filters(since=today - RECENT, until=today, institution=institution.pk)
    year = Filters(since=since, until=until, institution=institution.pk)
    return Live(open=_total(ever).open, received=_total(recent).received, year=_total(year))


def _overview(filters: Filters, places: list[Division]) -> Figures:
    """The figures in all, over time and by place."""
    step = step_for(filters.since, filters.until)
    by_time = _counts(filters, places, "day", step)
    return Figures(
        filters=filters,
        step=step,
        totals=sum(by_time.values(), Counts()),
        trend=[
            Row(day.isoformat(), "", "", by_time.get(day, Counts()))
            for day in periods(filters.since, filters.until, step)
        ],
        institutions=[],
        topics=[],
        divisions=_divisions(_counts(filters, places, "division"), places, filters.division),
    )


def _total(filters: Filters) -> Counts:
    found = _rows(filters, [], Kept(0)).aggregate(**_SUMS)
    return Counts(**{name: value or 0 for name, value in found.items()})


def _counts(filters: Filters, places: list[Division], by: str, step: str = "") -> dict[Any, Counts]:
    """The counts by one of institution, topic and division, or by day in steps."""
    kept = {"institution": Kept.INSTITUTION, "topic": Kept.TOPIC, "division": Kept.DIVISION}.get(by, Kept(0))
    if step in ("day", "week"):
        kept = Kept.DAY
    key = _STEPS[step](by) if step else F(by)
    rows = _rows(filters, places, kept).annotate(key=key).values_list("key").annotate(**_SUMS)
    return {key: Counts(*sums) for key, *sums in rows}


def _rows(filters: Filters, places: list[Division], kept: Kept) -> QuerySet[Figure]:
    """The counters of what was asked for, at the coarsest level that can tell it; what was just told is among them."""
    narrowed = Q()
    if filters.institution is not None:
        kept, narrowed = kept | Kept.INSTITUTION, narrowed & Q(institution=filters.institution)
    if filters.procedure:
        whole_service = Q(procedure__startswith=f"{filters.procedure}.")
        kept, narrowed = kept | Kept.PROCEDURE, narrowed & (Q(procedure=filters.procedure) | whole_service)
    if filters.topic:
        kept, narrowed = kept | Kept.TOPIC, narrowed & Q(topic=filters.topic)
    if filters.division:
        within = [one.code for one in places if one.parent and one.parent.code == filters.division]
        kept, narrowed = kept | Kept.DIVISION, narrowed & Q(division__in=[filters.division, *within])
    level = level_for(kept)
    days = Q(day__range=(filters.since, filters.until))
    if Kept.DAY in level:
        return Figure.objects.filter(narrowed, Q(level=level) & days | Q(level=PENDING) & days)
    # What is still to come of the current month has not happened: the month is whole.
    months, edges = split(filters.since, _month_end(filters.until) if _is_now(filters.until) else filters.until)
    at = Q(level=PENDING) & days
    if months:
        at |= Q(level=level, day__range=months)
    for edge in edges:
        at |= Q(level=DETAIL, day__range=edge)
    return Figure.objects.filter(narrowed, at)


def _is_now(day: date) -> bool:
    return day >= timezone.localdate()


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _institutions(counts: dict[int, Counts]) -> list[Row]:
    rows = Institution.objects.filter(pk__in=counts).values_list("pk", "code", "name", "name_en")
    found = [Row(code, name, name_en, counts[pk]) for pk, code, name, name_en in rows]
    return _by_volume(found)


def _topics(counts: dict[str, Counts]) -> list[Row]:
    names = {one["code"]: (one["name"], one["name_en"]) for one in topics()}
    return _by_volume([Row(code, *names.get(code, (code, "")), one) for code, one in counts.items()])


def _divisions(counts: dict[str, Counts], places: list[Division], within: str) -> list[Row]:
    """Districts put together to provinces, unless one province or district was asked for."""
    named = {one.code: one for one in places} | {one.parent.code: one.parent for one in places if one.parent}
    found: dict[str, Counts] = {}
    for code, one in counts.items():
        place = named.get(code)
        if not within and place and place.parent:
            code = place.parent.code
        found[code] = found.get(code, Counts()) + one
    rows = [
        Row(code, named[code].name if code in named else code, named[code].name_en if code in named else "", one)
        for code, one in found.items()
    ]
    return _by_volume(rows)


def _by_volume(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (not row.code, -row.counts.received, row.code))
