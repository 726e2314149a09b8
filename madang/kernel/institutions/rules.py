"""What a line of a list of institutions must say, and which outline of the map a point lies in. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

# A message (msgid) and the words for its blanks.
Wrong = tuple[str, dict[str, str]]

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
COLUMNS = ("code", "name", "name_en", "kind", "parent", "division", "homepage", "phone", "source")
REQUIRED = ("code", "name", "kind")
LIMITS = {"name": 120, "name_en": 160, "kind": 40, "homepage": 200, "phone": 30, "source": 200}


def _(msgid: str) -> str:
    """Marks a text for translation; whoever shows it translates it."""
    return msgid


@dataclass(frozen=True)
class Line:
    """One institution as a list names it; `parent` and `division` are codes, empty where it has none."""

    code: str
    name: str
    kind: str
    name_en: str = ""
    parent: str = ""
    division: str = ""
    homepage: str = ""
    phone: str = ""
    source: str = ""


def read_line(row: Mapping[str, str | None], kinds: frozenset[str]) -> Line | list[Wrong]:
    """A line of the list, or what is wrong with it."""
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    wrong: list[Wrong] = []
    for name in REQUIRED:
        if not values[name]:
            wrong.append((_("%(column)s is missing"), {"column": name}))
    if values["code"] and not CODE.fullmatch(values["code"]):
        wrong.append(
            (
                _("the code “%(code)s” has other characters than small letters, digits, - and _"),
                {"code": values["code"]},
            )
        )
    if values["kind"] and values["kind"] not in kinds:
        wrong.append(
            (
                _("there is no kind “%(kind)s”; kinds are listed in kinds.csv of the country pack"),
                {"kind": values["kind"]},
            )
        )
    wrong += _too_long(values)
    if values["homepage"] and not re.match(r"https?://", values["homepage"]):
        wrong.append((_("the homepage “%(url)s” does not begin with https://"), {"url": values["homepage"][:60]}))
    return wrong or Line(**values)


@dataclass(frozen=True)
class Day:
    """A day off that was announced after the calendar was made, for the whole country."""

    on: date
    name: str
    source: str
    name_en: str = ""
    announced_on: date | None = None


def read_day(row: Mapping[str, str | None]) -> Day | list[Wrong]:
    """A line of the list of days off, or what is wrong with it."""
    values = {name: (row.get(name) or "").strip() for name in ("date", "name", "name_en", "announced_on", "source")}
    wrong: list[Wrong] = [
        (_("%(column)s is missing"), {"column": name}) for name in ("date", "name", "source") if not values[name]
    ]
    wrong += _too_long(values)
    dates: dict[str, date | None] = {}
    for name in ("date", "announced_on"):
        try:
            dates[name] = date.fromisoformat(values[name]) if values[name] else None
        except ValueError:
            wrong.append((_("“%(text)s” is not a date; write it as 2025-01-27"), {"text": values[name][:60]}))
    on = dates.get("date")
    if wrong or on is None:
        return wrong
    return Day(on, values["name"], values["source"], values["name_en"], dates["announced_on"])


def _too_long(values: Mapping[str, str]) -> list[Wrong]:
    return [
        (_("%(column)s is longer than %(most)s characters"), {"column": name, "most": str(most)})
        for name, most in LIMITS.items()
        if len(values.get(name, "")) > most
    ]


def circle_in(parents: Mapping[str, str]) -> list[str]:
    """The codes of a circle of parents (a under b under a); empty where every way leads to a root."""
    settled: set[str] = set()
    for start in parents:
        way: list[str] = []
        code = start
        while code and code not in settled:
            if code in way:
                return way[way.index(code) :]
            way.append(code)
            code = parents.get(code, "")
        settled.update(way)
    return []


def rings(path: str) -> list[list[tuple[float, float]]]:
    """The outlines that a drawn path of the map ("M0 0l10 0 0 10z": a corner, then steps) consists of."""
    found = []
    for part in path.split("M")[1:]:
        start, _l, steps = part.rstrip("z").partition("l")
        x, y = (float(number) for number in re.findall(r"-?[\d.]+", start))
        ring = [(x, y)]
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", steps)]
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + across, y + down
            ring.append((x, y))
        found.append(ring)
    return found


def encloses(outlines: Iterable[Sequence[tuple[float, float]]], x: float, y: float) -> bool:
    """Whether a point lies inside: a ray from it crosses the outlines an odd number of times."""
    inside = False
    for ring in outlines:
        before_x, before_y = ring[-1]
        for corner_x, corner_y in ring:
            if (corner_y > y) != (before_y > y):
                crossing = corner_x + (y - corner_y) / (before_y - corner_y) * (before_x - corner_x)
                inside ^= x < crossing
            before_x, before_y = corner_x, corner_y
    return inside
