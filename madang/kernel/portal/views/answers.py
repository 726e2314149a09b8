"""A filled form for reading: each question with its answer, and a place with its name and a small map."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from madang.kernel.cases.rules import shown_answers
from madang.kernel.institutions.models import Division
from madang.kernel.institutions.queries import point_on, shape

# What the small map shows, in units of the country's map (a hundred metres each): about 24 by 15 kilometres.
WIDE, HIGH = 240, 150


@dataclass(frozen=True)
class PlaceShown:
    """A place as a page shows it: what the applicant wrote, the division by name, the point, and the map around it."""

    address: str
    division: str
    lat: float | None = None
    lon: float | None = None
    view_box: str = ""
    x: float = 0
    y: float = 0
    around: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Answered:
    """One question and its answer; `place` is set where the answer is one."""

    label: str
    text: str
    place: PlaceShown | None = None


def answers_of(definition: Any, data: Mapping[str, Any], language: str, division: str = "") -> list[Answered]:
    """Every answered question; `division` is where the case lies, for places that name none."""
    labels = {one.label.text(language): one for one in definition.form if one.type == "place"}
    found = []
    for label, text in shown_answers(definition, data, language, gettext):
        place = labels.get(label)
        found.append(
            Answered(label, "", place_shown(data[place.id], language, division)) if place else Answered(label, text)
        )
    return found


def place_shown(place: Mapping[str, Any], language: str, division: str = "") -> PlaceShown:
    """A place with the full name of its division; the point, where there is one, on a map of its surroundings."""
    code = place.get("division") or division
    name = _full_name(code, language) if code else ""
    lat, lon = place.get("lat"), place.get("lon")
    drawn = shape("districts", language)
    address = str(place.get("address") or "")
    if lat is None or lon is None or not drawn["bounds"]:
        return PlaceShown(address, name, lat, lon)
    x, y = (round(part, 1) for part in point_on(drawn, lat, lon))
    around = [
        one
        for one in drawn["divisions"]
        if abs(one["label"][0] - x) < WIDE * 1.7 and abs(one["label"][1] - y) < WIDE * 1.5
    ]
    return PlaceShown(address, name, lat, lon, f"{x - WIDE / 2:g} {y - HIGH / 2:g} {WIDE} {HIGH}", x, y, around)


def _full_name(code: str, language: str) -> str:
    row = Division.objects.filter(code=code).select_related("parent__parent").first()
    if row is None or language == settings.LANGUAGE_CODE or not row.name_en:
        return row.full_name if row else ""
    parents = filter(None, [row, row.parent, row.parent and row.parent.parent])
    return ", ".join(str(one) for one in parents)
