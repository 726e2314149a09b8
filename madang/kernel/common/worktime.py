"""Working time: which days and hours an office works, and how a period of the law is written.

Pure: no Django, no clock of the machine. `clock` counts periods over these calendars, `calendars` builds
them.
"""

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Self
from weakref import WeakValueDictionary

Name = str | Mapping[str, str]
"""A name, either the same in every language or {ko, en}."""

UNITS = ("h", "d", "w", "m", "y", "cd", "immediately")
HOUR = 3600 * 1_000_000


def _(msgid: str) -> str:
    """Marks a text for translation; whoever shows it translates it."""
    return msgid


def _since_midnight(at: time | datetime) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


class ClockError(ValueError):
    """A deadline that cannot be told. str() is English; `message % params` can be translated first."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message % params)


class CalendarEnds(ClockError):
    """A day whose holidays are not known: better no deadline than one counted without holidays."""

    def __init__(self, year: int) -> None:
        super().__init__(_("The public holidays of %(year)s are not known, so nothing is counted there."), year=year)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as the law gives it: 7d, 3h, 2w, 1m, 1y, 60cd (calendar days) or immediately.

    `d` are days of work, counted in hours when they are few and in working days when they are many (see
    Counting). `cd` are days of the calendar, for time limits of citizens such as an objection within 60 days.
    """

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not 0 < self.amount <= 10_000:
            raise ClockError(_("A period of “%(text)s” does not exist."), text=f"{self.amount}{self.unit}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """ "7d" -> Period(7, "d"). Raises ClockError for what is not a period."""
        plain = text.strip().lower()
        if plain == "immediately":
            return cls(1, plain)
        found = re.fullmatch(r"([1-9]\d{0,4})\s*(h|d|w|m|y|cd)", plain, re.ASCII)
        if not found:
            raise ClockError(
                _("“%(text)s” is not a period. Write 7d, 3h, 2w, 1m, 1y, 60cd or immediately."),
                text=text[:40],
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return self.unit if self.unit == "immediately" else f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Counting:
    """The numbers of the law on counting. Defaults: Civil Petitions Treatment Act and Decree, art. 19.

    Periods of up to `hours_up_to` days are counted in working hours, `hours_a_day` for each day; longer ones
    in working days. "Immediately" is `immediately` working hours.
    """

    hours_up_to: int = 5
    hours_a_day: int = 8
    immediately: int = 3


@dataclass(frozen=True, eq=False)
class Days:
    """The days an office works, in the years for which we know. Any day outside of them raises CalendarEnds.

    holidays: date -> name; years: those whose holidays are known; weekend: weekdays never worked, Monday is
    0.
    """

    holidays: Mapping[date, Name]
    years: range
    weekend: frozenset[int] = frozenset({5, 6})
    # Working days are numbered from 0, for look-up in both directions without a walk.
    _base: int = field(init=False, repr=False)
    _ranks: "array[int]" = field(init=False, repr=False)
    _working: "array[int]" = field(init=False, repr=False)
    _fewer: "WeakValueDictionary[tuple[tuple[date, str], ...], Days]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        base = date(self.years[0], 1, 1).toordinal()
        ranks, working = array("i"), array("i")
        free = {day.toordinal() for day in self.holidays}
        for ordinal in range(base, date(self.years[-1], 12, 31).toordinal() + 1):
            ranks.append(len(working))
            if (ordinal - 1) % 7 not in self.weekend and ordinal not in free:
                working.append(ordinal)
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "_ranks", ranks)
        object.__setattr__(self, "_working", working)
        object.__setattr__(self, "_fewer", WeakValueDictionary())

    def without(self, extra: Mapping[date, Name]) -> "Days":
        """These days less some more days off. Whoever takes off the same days gets the same object."""
        key = tuple(sorted((day, str(name)) for day, name in extra.items()))
        if (fewer := self._fewer.get(key)) is None:
            fewer = self._fewer[key] = replace(self, holidays={**self.holidays, **extra})
        return fewer

    def rank(self, day: date) -> int:
        """How many working days lie before the day."""
        index = day.toordinal() - self._base
        if 0 <= index < len(self._ranks):
            return self._ranks[index]
        raise CalendarEnds(day.year)

    def working(self, rank: int) -> date:
        """The working day before which there are `rank` others: the inverse of `rank`."""
        if 0 <= rank < len(self._working):
            return date.fromordinal(self._working[rank])
        raise CalendarEnds(self.years[-1] + 1 if rank > 0 else self.years[0] - 1)

    def works(self, day: date) -> bool:
        rank = self.rank(day)
        return rank < len(self._working) and self._working[rank] == day.toordinal()


@dataclass(frozen=True)
class Hours:
    """The hours of a working day, on the wall clock. `lunch` is None for an office that works through."""

    opens: time = time(9)
    closes: time = time(18)
    lunch: tuple[time, time] | None = (time(12), time(13))
    # In microseconds since midnight, and in microseconds of work.
    _from: int = field(init=False, repr=False, compare=False)
    _to: int = field(init=False, repr=False, compare=False)
    _lunch: int = field(init=False, repr=False, compare=False)
    _rest: int = field(init=False, repr=False, compare=False)
    full: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        order = [self.opens, *(self.lunch or ()), self.closes]
        if any(a >= b for a, b in pairwise(order)):
            raise ClockError(_("An office opens, rests and closes in this order, within one day."))
        opens, *lunch, closes = map(_since_midnight, order)
        start, rest = (lunch[0], lunch[1] - lunch[0]) if lunch else (closes, 0)
        for name, value in (("_from", opens), ("_to", closes), ("_lunch", start), ("_rest", rest)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "full", closes - opens - rest)

    def worked(self, at: time | datetime) -> int:
        """Microseconds worked on a working day up to this time of the day."""
        now = min(max(_since_midnight(at), self._from), self._to)
        return now - self._from - min(max(now - self._lunch, 0), self._rest)

    def when(self, worked: int) -> int:
        """Microseconds since midnight when so much has been worked, the inverse of `worked`: 1 .. full."""
        at = self._from + worked
        return at + self._rest if at > self._lunch else at


@dataclass(frozen=True, eq=False)
class Calendar:
    """When an office works: its days, its hours, its time zone, and the numbers of the law it counts by."""

    days: Days
    tz: tzinfo
    hours: Hours = Hours()
    counting: Counting = Counting()

    def with_days(self, extra: Mapping[date, Name]) -> "Calendar":
        """This calendar with days off that were announced later."""
        return replace(self, days=self.days.without(extra)) if extra else self

    def with_hours(self, opens: time, closes: time, lunch: tuple[time, time] | None) -> "Calendar":
        """This calendar with an institution's own hours. The days are shared, so it takes no room."""
        return replace(self, hours=Hours(opens, closes, lunch))

    def local(self, moment: datetime) -> datetime:
        """The moment on the office's wall clock. Raises ClockError when it has no time zone."""
        if moment.tzinfo is None:
            raise ClockError(_("The moment %(moment)s has no time zone: write +09:00 or Z behind it."), moment=moment)
        try:
            return moment.astimezone(self.tz)
        except OverflowError:
            raise CalendarEnds(moment.year) from None

    def end_of(self, day: date) -> datetime:
        """The last moment of the day: 24:00, as far as a database can tell it from the day after."""
        return datetime.combine(day, time.max, self.tz)

    def worked_until(self, moment: datetime) -> int:
        """Microseconds worked from the calendar's beginning to the moment. Only differences mean anything."""
        local = self.local(moment)
        day = local.date()
        worked = self.days.rank(day) * self.hours.full
        return worked + self.hours.worked(local) if self.days.works(day) else worked

    def moment_when(self, worked: int) -> datetime:
        """The first moment at which so much has been worked: the inverse of `worked_until`."""
        rank, rest = divmod(worked - 1, self.hours.full)
        at = timedelta(microseconds=self.hours.when(rest + 1))
        return datetime.combine(self.days.working(rank), time(), self.tz) + at


def add_work_hours(moment: datetime, hours: float, calendar: Calendar) -> datetime:
    """The first moment at which so many working hours, more than none, have passed since `moment`."""
    if hours <= 0:
        raise ClockError(_("A period of “%(text)s” does not exist."), text=f"{hours}h")
    return calendar.moment_when(calendar.worked_until(moment) + round(hours * HOUR))
