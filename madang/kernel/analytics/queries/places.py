"""Where cases are about: the divisions that figures are told by, and their shapes on the map."""

import re
from functools import lru_cache
from typing import Any

from madang.kernel.institutions.models import Division
from madang.kernel.institutions.queries import shape

_DRAWN = re.compile(r"(M[-\d ]+l[-\d ]+z)+")
_NUMBERS = re.compile(r"-?\d+")
_MARGIN = 12


def district_of(code: str) -> str:
    """The district (right below a province) that a division lies in; a province as it is, an unknown code as none.

    Nothing finer is counted: towns and wards would make as many counters as cases, and single cases in plain sight.
    """
    try:
        return _district_of(code) if code else ""
    except Division.DoesNotExist:
        return ""


@lru_cache(maxsize=8192)
def _district_of(code: str) -> str:
    place = Division.objects.select_related("parent__parent__parent").get(code=code)
    while place.parent and place.parent.parent:
        place = place.parent
    return place.code


def provinces() -> list[Division]:
    """The divisions right below the country, by their codes."""
    return list(Division.objects.filter(parent=None).order_by("code"))


def districts() -> list[Division]:
    """The divisions right below the provinces, each with its province, by their codes."""
    return list(
        Division.objects.filter(parent__isnull=False, parent__parent=None).select_related("parent").order_by("code")
    )


def province_of(district: str) -> str:
    """The province that a district (or province) lies in; empty for none."""
    found = Division.objects.select_related("parent").filter(code=district).first() if district else None
    return (found.parent or found).code if found else ""


@lru_cache(maxsize=128)
def map_of(province: str, language: str) -> dict[str, Any]:
    """The map of the country by provinces, or of a province by its districts; as `division_map` takes it."""
    if not province:
        return shape("provinces", language)
    found = shape("districts", language, province)
    return found | {"viewBox": _box(found["divisions"]) or found["viewBox"]}


def _box(divisions: list[dict[str, Any]]) -> str:
    """The part of the map that holds these shapes; empty unless drawn by points and steps, as in `M1 2l3 4z`."""
    xs: list[int] = []
    ys: list[int] = []
    for division in divisions:
        if not _DRAWN.fullmatch(division["path"]):
            return ""
        for part in division["path"].split("M")[1:]:
            numbers = [int(number) for number in _NUMBERS.findall(part)]
            x = y = 0
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                xs.append(x)
                ys.append(y)
    if not xs:
        return ""
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    return f"{min(xs) - _MARGIN} {min(ys) - _MARGIN} {width + 2 * _MARGIN} {height + 2 * _MARGIN}"
