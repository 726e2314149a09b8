"""Lists of divisions, institutions and departments, taken over whole: brought up to date, nothing doubled."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.identity.models import Person

from ..models import DayOff, Department, Division, Institution
from ..queries import kinds
from ..rules import Day, Line, circle_in, read_day, read_line
from .keeping import announce_day_off

Row = Mapping[str, str]


@dataclass
class Outcome:
    """What came of a list: how many rows were new, changed and the same, and which lines were refused and why."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class OnlyTried(Exception):
    """A dry run has come to its end: everything is rolled back."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def load_institutions(rows: Iterable[tuple[int, Row]], *, by: Person | None, dry_run: bool = False) -> Outcome:
    """Takes over a list of institutions (line number and row each). Lines with mistakes are refused, the others taken.

    Repeated with the same list it changes nothing. A new institution gets a desk. A dry run only reports.
    """
    try:
        return _load_institutions(list(rows), by=by, dry_run=dry_run)
    except OnlyTried as tried:
        return tried.outcome


@action("institutions.load_institutions")
def _load_institutions(rows: list[tuple[int, Row]], *, by: Person | None, dry_run: bool) -> Outcome:
    """Takes over a list of institutions: what is known is brought up to date, lines with mistakes are refused."""
    _require_system(by)
    outcome = Outcome()
    known = {one.code: one for one in Institution.objects.select_related("parent", "division")}
    lines = _good_lines(rows, known, outcome)
    divisions = Division.objects.in_bulk([line.division for line in lines if line.division], field_name="code")
    for line in lines:
        row = known.get(line.code) or Institution(code=line.code)
        wanted = {
            "name": line.name, "name_en": line.name_en, "kind": line.kind, "homepage": line.homepage,
            "phone": line.phone, "source": line.source, "division": divisions.get(line.division),
        }  # fmt: skip
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        if row.pk and not changed:
            outcome.same += 1
            continue
        for name in changed:
            setattr(row, name, wanted[name])
        outcome.new += not row.pk
        outcome.changed += bool(row.pk)
        known[line.code] = row
    written = [known[line.code] for line in lines]
    Institution.objects.bulk_create([row for row in written if not row.pk])
    for line in lines:
        row, parent = known[line.code], known.get(line.parent)
        if row.parent_id != (parent and parent.pk):
            row.parent = parent
    Institution.objects.bulk_update(
        written, ["name", "name_en", "kind", "homepage", "phone", "source", "division", "parent"], batch_size=500
    )
    _give_desks(written)
    record("institutions", by=by, new=outcome.new, changed=outcome.changed, refused=len(outcome.refused))
    if dry_run:
        raise OnlyTried(outcome)
    return outcome


@action("institutions.load_divisions")
def load_divisions(rows: Iterable[Row], *, by: Person | None) -> int:
    """Takes over divisions (code, name, full_name, name_en, level, parent, since, until). Returns how many."""
    _require_system(by)
    fields = ["name", "full_name", "name_en", "level", "since", "until"]
    dates = ("since", "until")
    rows = list(rows)
    Division.objects.bulk_create(
        [
            Division(code=row["code"], **{name: row[name] or (None if name in dates else "") for name in fields})
            for row in rows
        ],
        update_conflicts=True, unique_fields=["code"], update_fields=fields,
    )  # fmt: skip
    known = Division.objects.in_bulk(field_name="code")
    moved = []
    for row in rows:
        parent = known.get(row["parent"])
        if known[row["code"]].parent_id != (parent and parent.pk):
            known[row["code"]].parent = parent
            moved.append(known[row["code"]])
    Division.objects.bulk_update(moved, ["parent"], batch_size=1000)
    record("divisions", by=by, count=len(rows))
    return len(rows)


@action("institutions.load_departments")
def load_departments(rows: Iterable[Row], competences: Mapping[str, str], *, by: Person | None) -> int:
    """Takes over departments (institution, code, name, name_en, competence, is_desk) and competences by institution."""
    _require_system(by)
    institutions = Institution.objects.in_bulk(field_name="code")
    departments = [
        Department(
            institution=institutions[row["institution"]], code=row["code"], name=row["name"], name_en=row["name_en"],
            competence=row["competence"], is_desk=row["is_desk"] == "true",
        )
        for row in rows
    ]  # fmt: skip
    Department.objects.bulk_create(
        departments, update_conflicts=True, unique_fields=["institution", "code"], batch_size=2000,
        update_fields=["name", "name_en", "competence", "is_desk"],
    )  # fmt: skip
    stated = [institutions[code] for code, text in competences.items() if institutions[code].competence != text]
    for institution in stated:
        institution.competence = competences[institution.code]
    Institution.objects.bulk_update(stated, ["competence"], batch_size=500)
    record("departments", by=by, count=len(departments), competences=len(stated))
    return len(departments)


def _require_system(by: Any) -> None:
    if by is not None and not by.account.is_operator:
        raise Refused()


def _good_lines(rows: list[tuple[int, Row]], known: Mapping[str, Institution], outcome: Outcome) -> list[Line]:
    good: dict[str, tuple[int, Line]] = {}
    names = frozenset(kinds())
    places = set(Division.objects.values_list("code", flat=True))
    for number, row in rows:
        line = read_line(row, names)
        if any("\0" in str(value) for value in row.values()):
            outcome.refused.append((number, _("it holds characters that are not text")))
        elif isinstance(line, list):
            outcome.refused.append((number, "; ".join(_(message) % words for message, words in line)))
        elif line.code in good:
            outcome.refused.append(
                (
                    number,
                    _("the code “%(code)s” is already in line %(line)s")
                    % {"code": line.code, "line": good[line.code][0]},
                )
            )
        elif line.division and line.division not in places:
            outcome.refused.append((number, _("there is no division “%(code)s”") % {"code": line.division}))
        else:
            good[line.code] = (number, line)
    while True:
        orphans = [
            code
            for code, (_n, line) in good.items()
            if line.parent and line.parent not in good and line.parent not in known
        ]
        for code in orphans:
            number, line = good.pop(code)
            outcome.refused.append(
                (number, _("there is no institution “%(code)s” to be its parent") % {"code": line.parent})
            )
        if not orphans:
            break
    parents = {code: one.parent.code if one.parent else "" for code, one in known.items()}
    circle = circle_in(parents | {code: line.parent for code, (_n, line) in good.items()})
    if circle:
        raise Invalid(
            fields={
                "parent": [
                    _("these institutions stand under one another in a circle: %(codes)s")
                    % {"codes": ", ".join(circle)}
                ]
            }
        )
    return [line for _number, line in good.values()]


def _give_desks(institutions: list[Institution]) -> None:
    with_desk = set(
        Department.objects.filter(is_desk=True, institution__in=institutions).values_list("institution_id", flat=True)
    )
    Department.objects.bulk_create(
        [
            Department(institution=one, code="desk", is_desk=True, name=_("Petition desk"), name_en="Petition desk")
            for one in institutions
            if one.pk not in with_desk
        ],
        ignore_conflicts=True,
    )


def load_country(pack: Path) -> dict[str, int]:
    """Takes over a country pack: divisions, institutions, departments, competences and days off announced later.

    Own departments and competences of an institution come before those of its kind. Safe to repeat. Returns the number
    of each. Raises Invalid, which names the lines, when a list has mistakes.
    """

    def table(name: str) -> list[dict[str, str]]:
        with (pack / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    days = _good_days("holidays_announced.csv", table("holidays_announced.csv"))
    divisions = load_divisions(table("divisions.csv"), by=None)
    rows = table("institutions.csv")
    outcome = load_institutions(enumerate(rows, 2), by=None)
    if outcome.refused:
        raise Invalid(fields={"institutions.csv": [f"{number}: {reason}" for number, reason in outcome.refused]})
    own = table("departments.csv")
    with_own = {row["institution"] for row in own}
    usual = [
        row | {"institution": institution["code"]}
        for row in table("departments_by_kind.csv")
        for institution in rows
        if institution["kind"] == row["kind"] and institution["code"] not in with_own
    ]
    stated = {row["code"]: row["competence"] for row in table("competences.csv")}
    by_kind = {row["kind"]: row["competence"] for row in table("competences_by_kind.csv")}
    competences = {row["code"]: stated.get(row["code"]) or by_kind.get(row["kind"], "") for row in rows}
    departments = load_departments([*own, *usual], competences, by=None)
    for day in days:
        said = asdict(day)
        on = said.pop("on")
        if not DayOff.objects.filter(date=on, institution=None, **said).exists():
            announce_day_off(on, by=None, **said)
    return {"divisions": divisions, "institutions": len(rows), "departments": departments, "days off": len(days)}


def _good_days(file: str, rows: list[dict[str, str]]) -> list[Day]:
    good: dict[date, Day] = {}
    wrong: list[str] = []
    for number, row in enumerate(rows, 2):
        day = read_day(row)
        if isinstance(day, list):
            wrong += [f"{number}: {_(message) % words}" for message, words in day]
        elif day.on in good:
            wrong.append(f"{number}: " + _("the day %(day)s stands in the list already") % {"day": day.on})
        else:
            good[day.on] = day
    if wrong:
        raise Invalid(fields={file: wrong})
    return list(good.values())
