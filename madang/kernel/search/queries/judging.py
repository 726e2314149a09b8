"""Which candidates really answer a question, and how well: each is read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from ..rules.asking import Question
from .candidates import Candidates


@dataclass(frozen=True)
class Row:
    """A document that answers a question."""

    score: int
    kind: str
    subject_id: int
    number: str
    text: str
    at: datetime | None
    institution_id: int | None
    audience: list[str]
    answered: bool


@dataclass(frozen=True)
class Found:
    """How many of a kind answer, and down to which subject it was read (0: to the end)."""

    number: int
    reach: int


_RECENT = """CASE WHEN d.at > %s::timestamptz - interval '30 days' THEN 3
                  WHEN d.at > %s::timestamptz - interval '180 days' THEN 2
                  WHEN d.at > %s::timestamptz - interval '2 years' THEN 1 ELSE 0 END"""

_POINTS = """CASE WHEN strpos({title}, %s) > 0 THEN 4 + 12 * %s / greatest(length(d.title), %s) ELSE 0 END
             + least(3, (length({text}) - length(replace({text}, %s, ''))) / %s)"""


def judge(
    question: Question,
    asked: Candidates,
    now: datetime,
    kinds: Sequence[str],
    after: tuple[int, str, int] | None,
    limit: int,
) -> tuple[list[Row], dict[str, Found]]:
    """The best of the candidates of some kinds after a place in their order, and what was found of every kind.

    Order is by points, of equals the newer first. A word in the title counts 4, and up to 12 more as it is all of the
    title; each time it is in the text 1, up to three; a document of the last month 3, half year 2, two years 1.
    """
    fits, points, values = _conditions(question)
    later = 'AND (score, kind COLLATE "C", subject_id) < (%s, %s, %s)' if after else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {asked.sql},
            judged AS MATERIALIZED (
                SELECT d.id, d.kind, d.subject_id, stretch, {fits} AS fits, ({points} + {_RECENT})::int AS score
                FROM candidate JOIN search_document d USING (id)),
            page AS (
                SELECT id, score FROM judged WHERE fits AND kind = ANY(%s) {later}
                ORDER BY score DESC, kind COLLATE "C" DESC, subject_id DESC LIMIT %s)
            SELECT NULL::int, kind, min(subject_id), NULL, NULL, NULL::timestamptz, NULL::bigint, NULL::text[],
                   NULL::bool, stretch, count(*), count(*) FILTER (WHERE fits)
            FROM judged GROUP BY kind, stretch
            UNION ALL
            SELECT score, kind, subject_id, number, text, at, institution_id, audience, answered, NULL, NULL, NULL
            FROM page JOIN search_document USING (id)""",
            [*asked.values, *values, now, now, now, list(kinds), *(after or ()), limit],
        )
        answer = cursor.fetchall()
    rows = [Row(*row[:9]) for row in answer if row[0] is not None]
    rows.sort(key=lambda row: (row.score, row.kind, row.subject_id), reverse=True)
    return rows, _found(asked, [row for row in answer if row[0] is None])


def _found(asked: Candidates, groups: list[tuple[Any, ...]]) -> dict[str, Found]:
    numbers: dict[str, int] = defaultdict(int)
    read: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for _score, kind, oldest, *_rest, stretch, count, fitting in groups:
        numbers[kind] += fitting
        read[kind][stretch] = (count, oldest)
    return {kind: Found(numbers[kind], asked.reach(kind, read[kind])) for kind in asked.bottoms}


def _conditions(question: Question) -> tuple[str, str, list[Any]]:
    """Whether a document holds what was asked for, and its points, as SQL; and the values of both in their order."""
    fits, points = ["TRUE"], ["0"]
    judged = [word.text for word in question.words if word.is_judged]
    fit_values: list[Any] = []
    for text in [*judged, *question.phrases]:
        fits.append("(strpos({title}, %s) > 0 OR strpos({text}, %s) > 0)".format(**_columns(text)))
        fit_values += [text, text]
    point_values: list[Any] = []
    for text in question.needles:
        points.append(_POINTS.format(**_columns(text)))
        point_values += [text, len(text), len(text), text, len(text)]
    return " AND ".join(fits), " + ".join(points), fit_values + point_values


def _columns(text: str) -> dict[str, str]:
    """Title and text as they compare with a folded text: as they are, where its letters know no capitals."""
    columns = {"title": "d.title", "text": "d.text"}
    return {name: f"lower({column})" for name, column in columns.items()} if text.upper() != text else columns
