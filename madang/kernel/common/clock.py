"""The legal clock: until when something must be done, and why then.

Source of the rules: Korea's Civil Petitions Treatment Act (CPTA) art. 19, its Decree (CPTD) art. 19-21,
24(4), the Administrative Procedures Act Decree (APAD) art. 11, the General Act on Public Administration art.
6, and the Civil Act art. 156-161. The numbers in them are in `Counting`.

1. Up to 5 days, hours, "immediately" (CPTA 19(1), CPTD 19): working hours from the moment of reception, 8 for
   a day. Received outside working hours, the hours begin to run when the office next opens. The due moment is
   that at which the last hour has been worked (18:00 of a day, not 09:00 of the next).
2. 6 days and more (CPTA 19(2)): working days; Saturdays and public holidays are not counted. The first day is
   included whatever the hour of reception: the law counts days here, and has no exception for the evening, so
   23:50 on a Thursday makes Thursday day 1. A Saturday or holiday cannot be the first day, for it is not
   counted at all: day 1 is the next working day. Who registers petitions only in office hours passes that
   moment as `received`.
3. Weeks, months, years (CPTA 19(3)): by the calendar, first day included even if it is a holiday; months end
   on the day before the one that corresponds to the first, or on the month's last day where there is none
   (Civil Act 160); a last day on a Saturday or holiday moves to the next working day (161).
4. Calendar days, `cd`, for time limits of citizens (Civil Act 157, 161; CPTD 24(4)): the first day is not
   included.
5. A period counted in days ends with the last day: at 24:00 (Civil Act 159 through art. 6(1) of the General
   Act), not at closing time. An answer sent at 20:00 of day 7 is in time.
6. Stopped clock (CPTD 20, APAD 11(1)): in a period counted in days, no day is counted on which the clock
   stood for any part, for the law leaves out both the day the supplement was asked and the day it arrived. In
   a period counted in hours it stands from moment to moment. A pause that begins after the period has run out
   changes nothing.
7. Extension (CPTD 21): lengthens the period and is counted as the period is, so 7 days and 7 days are 14
   days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from typing import NamedTuple

from .worktime import HOUR, Calendar, CalendarEnds, ClockError, Counting, Name, Period, _

DAY = timedelta(days=1)
Spans = list[tuple[date, date | None]]


class Pause(NamedTuple):
    """The clock stands from `start` to `end`, or still when `end` is None. `reason` is shown to people."""

    start: datetime
    end: datetime | None = None
    reason: Name = ""


class Worked(NamedTuple):
    """Working time used: `hours` from moment to moment, and `days` with the first included."""

    hours: float
    days: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something is allowed; if not, a code for programs and the reason, an untranslated sentence."""

    code: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.code


def due_at(
    received: datetime,
    period: Period,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Period] = (),
) -> datetime | None:
    """The last moment at which the thing is still done in time, or None while the clock stands still.

    Raises ClockError for a moment without time zone, an extension in another unit than the period, a pause
    that ends before it begins, or a day outside the calendar's years.
    """
    way, amount = total(period, extensions, calendar.counting)
    if way == "hours":
        return _after_hours(received, amount, calendar, pauses)
    first = calendar.local(received).date()
    rank = calendar.days.rank(first)
    stopped = stopped_days(pauses, calendar)
    if way == "days":
        place = _moved(rank + amount - 1, first, stopped, calendar.days.rank)
        return None if place is None else calendar.end_of(calendar.days.working(place))
    last = nominal_last(first, way, amount)
    place = _moved(last.toordinal(), first_counted(first, way), stopped, date.toordinal)
    due = None if place is None else next_running(date.fromordinal(place), stopped, calendar)
    return None if due is None else calendar.end_of(due)


def _moved(place: int, first: date, stopped: Spans, place_of: Callable[[date], int]) -> int | None:
    """The place of the last day, moved on by the days on which the clock stood; None if it stands still."""
    for start, end in stopped:
        begins = place_of(max(start, first))
        if begins > place:
            break
        if end is None:
            return None
        place += max(place_of(end + DAY) - begins, 0)
    return place


def _after_hours(received: datetime, hours: int, calendar: Calendar, pauses: Sequence[Pause]) -> datetime | None:
    worked = calendar.worked_until(received)
    due = worked + hours * HOUR
    for start, end in stopped_moments(pauses):
        begins = max(calendar.worked_until(start), worked)
        if begins >= due:
            break
        if end is None:
            return None
        due += max(calendar.worked_until(end) - begins, 0)
    return calendar.moment_when(due)


def total(period: Period, extensions: Sequence[Period], counting: Counting) -> tuple[str, int]:
    """How the period is counted (hours, days, weeks, months or calendar days), and how many of them."""
    way = way_of(period, counting)
    amount = measure(period, way, counting)
    for extension in extensions:
        amount += measure(extension, way, counting)
    return way, amount


def way_of(period: Period, counting: Counting) -> str:
    """In what the period is counted: few days in hours, many in days."""
    if period.unit == "d":
        return "hours" if period.amount <= counting.hours_up_to else "days"
    return _WAYS[period.unit]


_WAYS = {
    "h": "hours",
    "immediately": "hours",
    "w": "weeks",
    "m": "months",
    "y": "months",
    "cd": "calendar days",
}


def measure(period: Period, way: str, counting: Counting) -> int:
    """The period's length in what is counted. Raises ClockError when it cannot be expressed in it."""
    match way, period.unit:
        case ("hours", "h") | ("days", "d") | ("weeks", "w") | ("months", "m") | ("calendar days", "cd"):
            return period.amount
        case "hours", "d":
            return period.amount * counting.hours_a_day
        case "hours", "immediately":
            return counting.immediately
        case "months", "y":
            return period.amount * 12
    raise ClockError(_("%(text)s does not fit: give an extension in the unit of its period."), text=str(period))


def extension_allowed(
    period: Period,
    granted: Sequence[Period],
    asked: Period,
    *,
    consent: bool,
    counting: Counting | None = None,
) -> Ruling:
    """May the period be extended by `asked`, after the extensions already `granted`? (CPTD 21(1))

    Each extension is at most as long as the period itself; the first is the office's own, the second needs
    the consent of the applicant, and there is no third.
    """
    counting = counting or Counting()
    way = way_of(period, counting)
    try:
        length = measure(asked, way, counting)
    except ClockError as error:
        return Ruling("other-unit", str(error))
    if length > measure(period, way, counting):
        return Ruling("too-long", _("An extension may be at most as long as the period itself."))
    if len(granted) >= 2:
        return Ruling("used-up", _("The period has been extended twice. It cannot be extended again."))
    if granted and not consent:
        return Ruling("consent-missing", _("A second extension needs the consent of the applicant."))
    return Ruling()


def worked_between(start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Worked:
    """Working time used from `start` to `end`, to be held against what is allowed."""
    if end < start:
        return Worked(0.0, 0)
    begin, finish = calendar.worked_until(start), calendar.worked_until(end)
    used = finish - begin
    for stop, go in stopped_moments(pauses):
        stood_from = max(calendar.worked_until(stop), begin)
        stood_to = min(calendar.worked_until(go), finish) if go and go < end else finish
        used -= max(stood_to - stood_from, 0)
    first, last = calendar.local(start).date(), calendar.local(end).date()
    rank = calendar.days.rank
    days = rank(last + DAY) - rank(first)
    for day, until in stopped_days(pauses, calendar):
        day, until = max(day, first), min(until or last, last)
        if day <= until:
            days -= rank(until + DAY) - rank(day)
    return Worked(used / HOUR, days)


def nominal_last(first: date, way: str, amount: int) -> date:
    """The last day of weeks, months or calendar days, before any pause and any move off a holiday."""
    if way == "calendar days":
        return first + amount * DAY
    if way == "weeks":
        return first + (amount * 7 - 1) * DAY
    year, month = divmod(first.year * 12 + first.month - 1 + amount, 12)
    if year >= MAXYEAR:
        raise CalendarEnds(year)
    try:
        return date(year, month + 1, first.day) - DAY
    except ValueError:
        # The month has no such day: it ends with its last (Civil Act 160(3)), the day before the next month.
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - DAY


def first_counted(first: date, way: str) -> date:
    """The first day of the count: the day of reception, but for calendar days the day after."""
    return first + DAY if way == "calendar days" else first


def next_running(day: date, stopped: Spans, calendar: Calendar) -> date | None:
    """The day, or the next that is worked and on which the clock runs; None if it stands still."""
    while True:
        day = calendar.days.working(calendar.days.rank(day))
        standing = standing_on(day, stopped)
        if standing is None:
            return day
        if standing[1] is None:
            return None
        day = standing[1] + DAY


def standing_on(day: date, stopped: Spans) -> tuple[date, date | None] | None:
    """The span to which the day belongs, if the clock stands on it."""
    return next((span for span in stopped if span[0] <= day and (span[1] is None or day <= span[1])), None)


def stopped_moments(pauses: Sequence[Pause]) -> list[tuple[datetime, datetime | None]]:
    """The spans in which the clock stands, in order and without overlap. An open one is the last."""
    spans: list[tuple[datetime, datetime | None]] = []
    for start, end, _reason in sorted(pauses, key=lambda pause: pause.start):
        if end is not None and end < start:
            raise ClockError(_("The clock cannot run again at %(end)s, before it stopped."), end=end)
        reached = spans[-1][1] if spans else start
        if not spans or (reached and reached < start):
            spans.append((start, end))
        elif reached and (end is None or end > reached):
            spans[-1] = spans[-1][0], end
    return spans


def stopped_days(pauses: Sequence[Pause], calendar: Calendar) -> Spans:
    """The days on which the clock stands for any part, in order; both ends of a span belong to it."""
    spans: Spans = []
    for start, end in stopped_moments(pauses):
        first = calendar.local(start).date()
        last = None if end is None else calendar.local(end).date()
        if spans and spans[-1][1] == first:
            first = spans.pop()[0]
        spans.append((first, last))
    return spans
