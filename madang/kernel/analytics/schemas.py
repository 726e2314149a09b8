"""The figures for programs: what each field means is said here, and thereby in the description of the API."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ninja import Field, Schema

from madang.kernel.institutions.models import Institution

from .contracts import FEWEST_RATINGS, Counts, Figures, Row

_FEW = f"null under {FEWEST_RATINGS} ratings, which would say little of an office and much of a person"


class CountsOut(Schema):
    """What happened to cases, public and private alike. Each is counted where and when it happened."""

    received: int = Field(description="Cases filed here.")
    transferred_in: int = Field(description="Cases that came from another institution.")
    transferred_out: int = Field(description="Cases passed on to another institution.")
    closed: int = Field(description="Answers sent, additional answers among them.")
    on_time: int = Field(description="Answers sent before their deadline.")
    late: int = Field(description="Answers sent after their deadline; on_time and late leave out answers without one.")
    on_time_share: float | None = Field(description="Percent of on_time among on_time and late.")
    mean_days: float | None = Field(description="Mean calendar days from reception to answer.")
    rated: int = Field(description="Ratings given.")
    mean_score: float | None = Field(description=f"Mean rating, 1 (very dissatisfied) to 5 (very satisfied); {_FEW}.")
    satisfied_share: float | None = Field(description=f"Percent of ratings of 4 and 5; {_FEW}.")
    dissatisfied_share: float | None = Field(description=f"Percent of ratings of 1 and 2; {_FEW}.")
    follow_ups: int = Field(description="Additional answers asked for.")
    withdrawn: int = Field(description="Cases taken back by the applicant.")
    extended: int = Field(description="Deadlines extended.")
    supplements: int = Field(description="Questions put to applicants; the clock stops meanwhile.")


FIELDS = tuple(CountsOut.model_fields)


class RowOut(CountsOut):
    """The counts of one institution, topic or division. An empty code: of cases that have none."""

    code: str
    name: str
    name_en: str


class PeriodOut(CountsOut):
    """The counts of one period of the trend."""

    since: date = Field(description="First day of the period; weeks begin on Monday.")


class FiltersOut(Schema):
    """What the figures are about; an empty text: all."""

    since: date = Field(alias="from")
    until: date
    institution: str
    procedure: str
    topic: str
    division: str


class FiguresOut(Schema):
    """What happened to cases between two days."""

    filters: FiltersOut
    step: str = Field(description="How long a period of the trend is: day, week or month.")
    totals: CountsOut
    trend: list[PeriodOut]
    institutions: list[RowOut]
    topics: list[RowOut]
    divisions: list[RowOut] = Field(description="Provinces, or the districts of the province that was asked for.")


def counts_out(counts: Counts) -> dict[str, Any]:
    """The counts that are told; satisfaction only where there are enough ratings."""
    return {name: getattr(counts, name) for name in FIELDS}


def figures_out(found: Figures) -> dict[str, Any]:
    """The figures as programs get them."""
    asked = found.filters
    code = Institution.objects.values_list("code", flat=True).get(pk=asked.institution) if asked.institution else ""
    return {
        "filters": {
            "from": asked.since,
            "until": asked.until,
            "institution": code,
            "procedure": asked.procedure,
            "topic": asked.topic,
            "division": asked.division,
        },
        "step": found.step,
        "totals": counts_out(found.totals),
        "trend": [{"since": row.code, **counts_out(row.counts)} for row in found.trend],
        "institutions": [_row(row) for row in found.institutions],
        "topics": [_row(row) for row in found.topics],
        "divisions": [_row(row) for row in found.divisions],
    }


def lines_out(found: Figures) -> Iterator[list[Any]]:
    """The figures as a table: a head; then lines that say by what they are told, the code and names, and the counts."""
    yield ["by", "code", "name", "name_en", *FIELDS]
    yield ["total", "", "", "", *counts_out(found.totals).values()]
    parts = (
        (found.step, found.trend),
        ("institution", found.institutions),
        ("topic", found.topics),
        ("division", found.divisions),
    )
    for by, rows in parts:
        for row in rows:
            yield [by, row.code, row.name, row.name_en, *counts_out(row.counts).values()]


def _row(row: Row) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "name_en": row.name_en, **counts_out(row.counts)}
