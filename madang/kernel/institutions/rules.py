"""What a line of a list of institutions must say, and which outline of the map a point lies in. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


def read_line(row: Mapping[str, str | None], kinds: frozenset[str]) -> Line | list[tuple[str, dict[str, str]]]:
    """A line of the list, or what is wrong with it: messages (msgids) with the words for their blanks."""
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    wrong: list[tuple[str, dict[str, str]]] = []
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
    for name, most in LIMITS.items():
        if len(values[name]) > most:
            wrong.append((_("%(column)s is longer than %(most)s characters"), {"column": name, "most": str(most)}))
    if values["homepage"] and not re.match(r"https?://", values["homepage"]):
        wrong.append((_("the homepage “%(url)s” does not begin with https://"), {"url": values["homepage"][:60]}))
    return wrong or Line(**values)


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
