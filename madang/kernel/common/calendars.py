"""Builds working calendars from public holidays, and tells which calendar an institution works by."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

from .worktime import Calendar, ClockError, Days, Name, _

YEARS = range(2000, 2051)
Source = Callable[[str | None], Calendar]


@lru_cache(maxsize=32)
def public_holidays(country: str, years: range, languages: tuple[str, ...] = ("ko", "en")) -> Mapping[date, Name]:
    """The country's public holidays with their names in the languages, as far as the library has them.

    `country` is an ISO 3166 code. Raises ClockError for a country or years that the library does not know.
    """
    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        raise ClockError(
            _("The public holidays of the country “%(country)s” are not known."), country=country
        ) from None
    if years[0] < known.start_year or years[-1] > known.end_year:
        raise ClockError(
            _("The public holidays of the country “%(country)s” are known from %(first)s to %(last)s only."),
            country=country,
            first=known.start_year,
            last=known.end_year,
        )
    offered = {code[:2]: code for code in known.supported_languages or ()}
    tables = {
        language: holidays.country_holidays(country, years=years, language=offered[language])
        for language in languages
        if language in offered
    }
    if not tables:
        return dict(holidays.country_holidays(country, years=years))
    days = next(iter(tables.values()))
    return {day: {language: table[day] for language, table in tables.items()} for day in days}


def calendar_for(
    country: str, years: range, extra_days: Mapping[date, Name] | None = None, *, time_zone: str
) -> Calendar:
    """The country's calendar with the usual office hours. `extra_days` were announced later."""
    days = _days(country, years)
    calendar = Calendar(days, ZoneInfo(time_zone))
    return calendar.with_days(extra_days or {})


@lru_cache(maxsize=32)
def _days(country: str, years: range) -> Days:
    return Days(public_holidays(country, years), years)


@lru_cache(maxsize=1)
def country_calendar() -> Calendar:
    """The calendar of the site's country (settings.COUNTRY, TIME_ZONE) before any later announcement."""
    return calendar_for(settings.COUNTRY, YEARS, time_zone=settings.TIME_ZONE)


def _country_only(institution_code: str | None) -> Calendar:
    if institution_code:
        raise ClockError(_("There is no institution “%(code)s”."), code=institution_code)
    return country_calendar()


_source: Source = _country_only


def use_calendars_of(source: Source) -> None:
    """Whoever keeps the institutions says here, at start, how to find one's calendar (None: the country's).

    The source knows the days announced later and each institution's hours, and raises ClockError for an
    unknown code.
    """
    global _source
    _source = source


def working_calendar(institution_code: str | None = None) -> Calendar:
    """The calendar by which an institution works, or the country's."""
    return _source(institution_code)
