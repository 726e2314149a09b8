"""Which institution, which post, which calendar."""

import csv
import json
from datetime import time
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from madang.kernel.common.calendars import country_calendar
from madang.kernel.common.kept import Kept
from madang.kernel.common.memory import Lately, remembered
from madang.kernel.common.worktime import Calendar, ClockError
from madang.kernel.identity.models import Person

from .models import DayOff, Department, Institution, Post
from .rules import encloses, rings

# What one process announces or founds is known to every other within so many seconds.
FRESH = 5.0


def visible_to(person: Person | None) -> QuerySet[Institution]:
    """Institutions are public: everyone sees the active ones."""
    return Institution.objects.filter(is_active=True)


_posts = Kept(
    lambda key: Post.objects.filter(person=key).select_related("institution", "department").order_by("id"), int
)
_never_held_one = Lately(FRESH)


def posts_of(person: Person | None) -> list[Post]:
    """The posts a person holds today; asked once for each person object.

    Most people never hold one, and are not asked again for some seconds: a first post takes so long to be good in every
    process, one that ends is over at once.
    """
    if person is None or person.pk is None or person.pk in _never_held_one:
        return []
    posts = getattr(person, "_posts", None)
    if posts is None:
        ever = _posts.all(person.pk)
        if not ever:
            _never_held_one.add(person.pk)
        today = timezone.localdate()
        posts = [one for one in ever if one.since <= today and (one.until is None or today <= one.until)]
        person._posts = posts  # type: ignore[attr-defined]
    return posts


def is_auditor(person: Person | None) -> bool:
    """Auditors read every case and change none."""
    return any(post.role == Post.Role.AUDITOR for post in posts_of(person))


def works_in(person: Person, institution: Institution, department: Department | None) -> bool:
    """Whether this person holds a post there on which they may be given work."""
    return any(
        post.institution_id == institution.pk
        and post.role != Post.Role.AUDITOR
        and (post.department_id is None or department is None or post.department_id == department.pk)
        for post in posts_of(person)
    )


def desk_of(institution: Institution) -> Department | None:
    """Where the institution's post arrives."""
    return institution.departments.filter(is_desk=True).first()


def working_calendar(institution: Institution | None) -> Calendar:
    """The days and hours an institution works (None: the country), days off announced later included."""
    last = _announced()
    if institution is None:
        return _calendar(None, time(9), time(18), None, last)
    lunch = (
        (institution.lunch_from, institution.lunch_until)
        if institution.lunch_from and institution.lunch_until
        else None
    )
    return _calendar(institution.pk, institution.opens, institution.closes, lunch, last)


@remembered(FRESH)
def _announced() -> int | None:
    """The last day off that was announced."""
    return DayOff.objects.aggregate(last=Max("id"))["last"]


@remembered(FRESH)
def by_code(code: str) -> Institution | None:
    """The active institution with this code."""
    return Institution.objects.filter(code=code, is_active=True).first()


@lru_cache(maxsize=4096)
def _calendar(
    institution_id: int | None, opens: time, closes: time, lunch: tuple[time, time] | None, last_day_off: int | None
) -> Calendar:
    days = DayOff.objects.filter(Q(institution=None) | Q(institution_id=institution_id))
    calendar = country_calendar().with_days({day.date: day.names for day in days})
    return calendar if institution_id is None else calendar.with_hours(opens, closes, lunch)


def calendar_of(code: str | None) -> Calendar:
    """The calendar of the institution with this code (None: the country's). Raises ClockError for an unknown code."""
    if code is None:
        return working_calendar(None)
    institution = Institution.objects.filter(code=code).first()
    if institution is None:
        raise ClockError("There is no institution “%(code)s”.", code=code)
    return working_calendar(institution)


@cache
def kinds() -> dict[str, dict[str, str]]:
    """The kinds of institutions that the country has, with their names: `{"city": {"ko": "시", "en": "City"}}`."""
    with (settings.COUNTRY_PACK / "kinds.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: {settings.LANGUAGE_CODE: row["name"], "en": row["name_en"]} for row in csv.DictReader(file)
        }


@cache
def shape(level: str, language: str, within: str = "") -> dict[str, Any]:
    """The map of the country: `provinces`, or the `districts` (`within` a province, by its code).

    `{viewBox, bounds: [west, south, east, north] in degrees, divisions: [{code, name, path, label: [x, y], parent}]}`;
    without divisions where the country pack has no map.
    """
    file = settings.COUNTRY_PACK / "boundaries" / f"{level}.json"
    if not file.exists():
        return {"viewBox": "0 0 1 1", "bounds": None, "divisions": []}
    pack = json.loads(file.read_text("utf-8"))
    left, top, width, height = pack["viewBox"]
    how = pack["projection"]
    across = how["cos_lat"] * how["units_per_degree"]
    features = [one for one in pack["features"] if not within or one["parent"] == within]
    named = [one | {"name": one["name_en"] if language == "en" and one["name_en"] else one["name"]} for one in features]
    return {
        "viewBox": f"{left} {top} {width} {height}",
        "bounds": [
            how["lon0"],
            how["lat0"] - height / how["units_per_degree"],
            how["lon0"] + width / across,
            how["lat0"],
        ],
        "divisions": named,
    }


def point_on(drawn: dict[str, Any], lat: float, lon: float) -> tuple[float, float]:
    """Where a place stands on a map of `shape`, in the units of its viewBox."""
    left, top, width, height = (float(number) for number in drawn["viewBox"].split())
    west, south, east, north = drawn["bounds"]
    return left + (lon - west) / (east - west) * width, top + (north - lat) / (north - south) * height


def division_at(lat: float, lon: float) -> str:
    """The code of the district in which a place lies, as far as the simplified map can tell; empty outside of all."""
    drawn = shape("districts", settings.LANGUAGE_CODE)
    if not drawn["bounds"]:
        return ""
    x, y = point_on(drawn, lat, lon)
    for code, (left, top, right, bottom), outlines in _outlines():
        if left <= x <= right and top <= y <= bottom and encloses(outlines, x, y):
            return code
    return ""


@cache
def _outlines() -> list[tuple[str, tuple[float, float, float, float], list[list[tuple[float, float]]]]]:
    found = []
    for one in shape("districts", settings.LANGUAGE_CODE)["divisions"]:
        outlines = rings(one["path"])
        across, down = ([corner[axis] for ring in outlines for corner in ring] for axis in (0, 1))
        found.append((one["code"], (min(across), min(down), max(across), max(down)), outlines))
    return found
