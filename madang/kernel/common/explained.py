"""Why something is due when it is due: the same count as `clock.due_at`, walked day by day and written down.

The walk shares no arithmetic with `due_at`, so each proves the other (tests hold them equal).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from .clock import DAY, Pause, first_counted, nominal_last, standing_on, stopped_days, stopped_moments, total
from .worktime import HOUR, Calendar, Name, Period

UNITS = {"hours": "hour", "days": "day", "weeks": "week", "months": "month"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the count.

    kind     received, period, extended; stopped, resumed (events); counted, not_counted; moved (a last day
             that is a day off, so the period ends later); due, standing (the clock stands still).
    on       the day; `until` the last day where the line speaks of several.
    start    the moment of an event, or from when hours are counted; `end` until when.
    count    how many are used up after this line, of `total`; `unit`: hour, day, week, month, calendar day.
    reason   of not_counted and moved: weekend, holiday, stopped, closed;
             of period and extended: hours, days, weeks, months, calendar days.
    name     of the holiday, of the cause of a stop, or the period ("7d").
    """

    kind: str
    on: date
    until: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    count: float | None = None
    total: float | None = None
    unit: str = ""
    reason: str = ""
    name: Name = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: days and moments in ISO 8601; what says nothing is left out."""
        return {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in asdict(self).items()
            if value not in (None, "")
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """The due moment (None while the clock stands still) and the lines that lead to it."""

    due: datetime | None
    lines: list[Line]


def due_explained(
    received: datetime,
    period: Period,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Period] = (),
) -> Explained:
    """The due moment of `due_at` with every step of the count. Same arguments, same errors."""
    way, amount = total(period, extensions, calendar.counting)
    local = calendar.local(received)
    first = local.date()
    head = [Line("received", first, start=local)]
    steps: list[Line]
    if way == "hours":
        due, steps = _walk_hours(local, amount, calendar, pauses)
    elif way == "days":
        due, steps = _walk_days(first, amount, calendar, pauses)
    else:
        start = first_counted(first, way)
        due, steps = _walk_calendar(start, nominal_last(first, way, amount), calendar, pauses)
    for at, part in enumerate([period, *extensions]):
        _way, so_far = total(period, extensions[:at], calendar.counting)
        kind = "extended" if at else "period"
        head.append(Line(kind, first, total=so_far, unit=UNITS.get(way, "calendar day"), reason=way, name=str(part)))
    events = _events(calendar, pauses, due)
    body = sorted(steps + events, key=_by_moment if way == "hours" else _by_day)
    if due is None:
        since = stopped_moments(pauses)[-1][0]
        last = Line("standing", calendar.local(since).date(), start=calendar.local(since))
    else:
        last = Line("due", due.date(), start=due, unit=UNITS.get(way, "calendar day"))
    return Explained(due, [*head, *body, last])


def _walk_days(
    first: date, amount: int, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Line]]:
    lines: list[Line] = []
    spans = stopped_days(pauses, calendar)
    day, count = first, 0
    while True:
        standing = standing_on(day, spans)
        if off := _day_off(day, calendar):
            lines.append(off)
        elif standing and standing[1] is None:
            return None, lines
        elif standing:
            lines.append(Line("not_counted", day, reason="stopped"))
        else:
            count += 1
            lines.append(Line("counted", day, count=count, total=amount, unit="day"))
            if count == amount:
                return calendar.end_of(day), lines
        day += DAY


def _walk_calendar(
    first: date, last: date, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Line]]:
    lines: list[Line] = []
    spans = stopped_days(pauses, calendar)
    amount = (last - first).days + 1
    day, count = first, 0
    while count < amount:
        standing = standing_on(day, spans)
        if standing is None:
            count += 1
            if lines and lines[-1].kind == "counted":
                begun = lines.pop().on
            else:
                begun = day
            lines.append(Line("counted", begun, until=day, count=count, total=amount, unit="calendar day"))
        elif standing[1] is None:
            return None, lines
        else:
            lines.append(Line("not_counted", day, until=standing[1], reason="stopped"))
            day = standing[1]
        day += DAY
    day -= DAY
    while True:
        standing = standing_on(day, spans)
        if standing and standing[1] is None:
            return None, lines
        off = _day_off(day, calendar, "moved")
        if not standing and not off:
            return calendar.end_of(day), lines
        lines.append(off or Line("moved", day, reason="stopped"))
        day += DAY


def _walk_hours(
    received: datetime, amount: int, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Line]]:
    lines: list[Line] = []
    hours = calendar.hours
    spans = [(calendar.local(a), b and calendar.local(b)) for a, b in stopped_moments(pauses)]
    day, used = received.date(), 0
    while True:
        midnight = datetime.combine(day, time(), calendar.tz)
        closes = datetime.combine(day, hours.closes, calendar.tz)
        opens = max(datetime.combine(day, hours.opens, calendar.tz), received)
        before = used
        if off := _day_off(day, calendar):
            lines.append(off)
        elif opens >= closes:
            lines.append(Line("not_counted", day, start=opens, reason="closed"))
        else:
            for start, end in _running(opens, closes, spans):
                done = hours.worked(start)
                if used + hours.worked(end) - done >= amount * HOUR:
                    end = midnight + timedelta(microseconds=hours.when(done + amount * HOUR - used))
                if worked := hours.worked(end) - done:
                    used += worked
                    lines.append(
                        Line("counted", day, start=start, end=end, count=used / HOUR, total=amount, unit="hour")
                    )
                if used == amount * HOUR:
                    return end, lines
            if spans and spans[-1][1] is None and spans[-1][0] <= closes:
                return None, lines
            if used == before:
                lines.append(Line("not_counted", day, start=opens, reason="stopped"))
        day += DAY


def _running(
    start: datetime, end: datetime, spans: Iterable[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime]]:
    """The parts of the time from start to end in which the clock runs."""
    parts: list[tuple[datetime, datetime]] = []
    for stops, runs in spans:
        if start < min(stops, end):
            parts.append((start, min(stops, end)))
        start = end if runs is None else max(start, runs)
    return [*parts, (start, end)] if start < end else parts


def _day_off(day: date, calendar: Calendar, kind: str = "not_counted") -> Line | None:
    if calendar.days.works(day):
        return None
    if name := calendar.days.holidays.get(day):
        return Line(kind, day, reason="holiday", name=name)
    return Line(kind, day, reason="weekend")


def _events(calendar: Calendar, pauses: Sequence[Pause], due: datetime | None) -> list[Line]:
    """Stops and resumptions, in local time, as far as they lie before the due moment."""
    stops = [(pause.start, "stopped", pause.reason) for pause in pauses]
    runs = [(end, "resumed", "") for _start, end in stopped_moments(pauses) if end]
    return [
        Line(kind, calendar.local(moment).date(), start=calendar.local(moment), name=name)
        for moment, kind, name in [*stops, *runs]
        if due is None or moment <= due
    ]


def _by_day(line: Line) -> tuple[date, int, float]:
    slot = {"stopped": 0, "resumed": 2}.get(line.kind, 1)
    return line.on, slot, line.start.timestamp() if line.start else 0


def _by_moment(line: Line) -> tuple[date, float, int]:
    slot = {"stopped": 0, "resumed": 1}.get(line.kind, 2)
    return line.on, line.start.timestamp() if line.start else 0, slot
