"""The steps of a count in the words of the office, for officers and applicants who ask why."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext_lazy

from .explained import Line
from .i18n import text
from .worktime import ClockError, Period

_WEEKDAYS = [
    pgettext_lazy("short weekday", "Mon"),
    pgettext_lazy("short weekday", "Tue"),
    pgettext_lazy("short weekday", "Wed"),
    pgettext_lazy("short weekday", "Thu"),
    pgettext_lazy("short weekday", "Fri"),
    pgettext_lazy("short weekday", "Sat"),
    pgettext_lazy("short weekday", "Sun"),
]


def explain(lines: Iterable[Line], language: str) -> list[str]:
    """One sentence for each step; days of one kind that follow one another share a sentence."""
    with override(language):
        return [_say(kind, list(group)) for (kind, _reason), group in groupby(lines, _kind)]


def say_period(period: Period) -> str:
    """ "7 days", "immediately", in the language of the moment."""
    amount = {"n": period.amount}
    match period.unit:
        case "immediately":
            return _("immediately")
        case "h":
            return ngettext("%(n)s working hour", "%(n)s working hours", period.amount) % amount
        case "w":
            return ngettext("%(n)s week", "%(n)s weeks", period.amount) % amount
        case "m":
            return ngettext("%(n)s month", "%(n)s months", period.amount) % amount
        case "y":
            return ngettext("%(n)s year", "%(n)s years", period.amount) % amount
        case "cd":
            return ngettext("%(n)s calendar day", "%(n)s calendar days", period.amount) % amount
    return ngettext("%(n)s day", "%(n)s days", period.amount) % amount


def tell(error: ClockError) -> str:
    """Why a deadline cannot be told, in the language of the moment."""
    return _(error.message) % error.params


def _kind(line: Line) -> tuple[str, object]:
    """What may share a sentence: days counted, and days not counted because of the calendar."""
    if line.kind == "counted" and line.unit == "day":
        return line.kind, None
    if line.kind in ("not_counted", "moved"):
        return line.kind, line.reason in ("stopped", "closed") and line.reason
    return line.kind, line


def _say(kind: str, lines: list[Line]) -> str:
    line = lines[0]
    match kind:
        case "received":
            return _("Received %(moment)s") % {"moment": _moment(line, year=True)}
        case "period":
            return _say_way(line)
        case "extended":
            return _say_extension(line)
        case "stopped" if line.name:
            return _("%(cause)s %(moment)s: clock stopped") % {
                "cause": text(line.name),
                "moment": _moment(line),
            }
        case "stopped":
            return _("%(moment)s: clock stopped") % {"moment": _moment(line)}
        case "resumed":
            return _("%(moment)s: clock runs again") % {"moment": _moment(line)}
        case "counted":
            return _say_counted(lines)
        case "not_counted":
            return _say_not_counted(lines)
        case "moved":
            return _("%(days)s: the period does not end on a day off") % {"days": _days_off(lines)}
        case "standing":
            return _("The clock has stood still since %(moment)s: nothing is due before it runs again") % {
                "moment": _moment(line, year=True)
            }
    if line.unit == "hour":
        return _("Due %(moment)s") % {"moment": _moment(line, year=True)}
    return _("Due by the end of %(day)s") % {"day": _day(line.on, year=True)}


def _say_way(line: Line) -> str:
    period = say_period(Period.parse(str(line.name)))
    match line.reason:
        case "hours":
            told = _("Period %(period)s: %(total)s working hours from the moment of reception")
        case "days":
            told = _("Period %(period)s: working days, the first day included")
        case "calendar days":
            told = _("Period %(period)s: by the calendar, from the day after")
        case _:
            told = _("Period %(period)s: by the calendar, the first day included")
    return told % {"period": period, "total": line.total}


def _say_extension(line: Line) -> str:
    words = {"period": say_period(Period.parse(str(line.name))), "total": line.total}
    return _("Extended by %(period)s: %(total)s in all") % words


def _say_counted(lines: list[Line]) -> str:
    first, last = lines[0], lines[-1]
    words = {
        "total": _amount(last.total or 0),
        "count": _amount(last.count or 0),
        "first": _amount(first.count or 0),
    }
    if last.unit == "hour" and last.start and last.end:
        words |= {"day": _day(last.on), "start": f"{last.start:%H:%M}", "end": f"{last.end:%H:%M}"}
        return _("%(count)s of %(total)s hours: %(day)s %(start)s to %(end)s") % words
    words["days"] = _days(first.on, last.until or last.on)
    if last.unit == "calendar day":
        return _("Up to day %(count)s of %(total)s: %(days)s") % words
    if len(lines) > 1:
        return _("Days %(first)s to %(count)s of %(total)s: %(days)s") % words
    return _("Day %(count)s of %(total)s: %(days)s") % words


def _say_not_counted(lines: list[Line]) -> str:
    match lines[0].reason:
        case "stopped":
            days = _days(lines[0].on, lines[-1].until or lines[-1].on)
            return _("%(days)s not counted: the clock stood still") % {"days": days}
        case "closed":
            return _("%(days)s: the office had closed for the day") % {"days": _days_off(lines)}
    return _("%(days)s not counted") % {"days": _days_off(lines)}


def _days_off(lines: list[Line]) -> str:
    named = ((_day(line.on), text(line.name)) for line in lines)
    return ", ".join(f"{day} ({name})" if name else day for day, name in named)


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(day: date, *, year: bool = False) -> str:
    # Translators: the formats are those of Django's date filter.
    written = format_date(day, _("j M Y") if year else _("j M"))
    return _("%(weekday)s %(date)s") % {"weekday": _WEEKDAYS[day.weekday()], "date": written}


def _moment(line: Line, *, year: bool = False) -> str:
    clock = f" {line.start:%H:%M}" if line.start else ""
    return _day(line.on, year=year) + clock


def _amount(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
