"""What was asked before, and answered."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from madang.kernel.identity.models import Person

from ..contracts import EVERYONE, KINDS
from ..rules.facets import newest
from ..rules.likeness import clues, is_near, likeness
from ..rules.texts import bigrams
from .audience import audiences
from .known import known

# More of a long text says no more about what it is about.
MOST_TEXT = 4000
# So many documents that share the most clues are compared with the text itself.
COMPARED = 40
LED_TO = 400


@dataclass(frozen=True)
class Similar:
    """A thing whose text is like the one asked about; `likeness` from 0 to 1 (the same words)."""

    kind: str
    subject_id: int
    number: str
    title: str
    extract: str
    likeness: float
    at: datetime | None
    institution_id: int | None
    is_public: bool
    answered: bool


def similar(
    person: Person | None, title: str, body: str = "", k: int = 5, *, answered_only: bool = False, kind: str = "case",
    apart_from: int | None = None,
) -> list[Similar]:  # fmt: skip
    """The things a person may see whose texts are most like this one, the nearest first; at most `k`, none that is far.

    `apart_from` is the subject the text comes from, so that a case is not found similar to itself.
    """
    asked = bigrams(f"{title}\n{body}"[:MOST_TEXT])
    met = known(asked, [kind])
    if not asked or not met.heads:
        return []
    found = clues(asked, met.documents, met.total, met.rare)
    audience = audiences(person)
    mine = None if audience is None else sorted(audience)
    # Only pairs are asked of the index: what half of all documents have would be read through for each clue.
    queries = [
        " & ".join([*(f"'{pair}'" for pair in clue.pairs), *newest(kind, met.heads[kind], clue.share * met.total)])
        for clue in found
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH led AS MATERIALIZED (
                SELECT id, sum(weight) AS weight FROM unnest(%s::text[], %s::float8[]) AS clue (query, weight),
                LATERAL (SELECT id FROM search_document WHERE lexemes @@ query::tsquery AND kind || '' = %s
                         AND (%s::text[] IS NULL OR audience && %s::text[]) AND (answered OR NOT %s) LIMIT %s) d
                GROUP BY id ORDER BY weight DESC, id DESC LIMIT %s)
            SELECT d.subject_id, d.number, d.title, d.text, d.at, d.institution_id, d.audience, d.answered
            FROM led JOIN search_document d USING (id)""",
            [queries, [clue.weight for clue in found], kind, mine, mine, answered_only, LED_TO, COMPARED],
        )
        rows = cursor.fetchall()
    near = [
        (likeness(asked, bigrams(f"{row[2]}\n{row[3]}"[:MOST_TEXT]), met.documents, met.total, met.rare), *row)
        for row in rows
        if row[0] != apart_from
    ]
    near = sorted((row for row in near if is_near(row[0], asked)), key=lambda row: (-row[0], -row[1]))
    titles = KINDS[kind].shown(person, [row[1] for row in near])
    return [
        Similar(
            kind,
            subject,
            number,
            titles[subject],
            text[:160],
            round(score, 3),
            at,
            institution,
            EVERYONE in audience,
            answered,
        )
        for score, subject, number, _title, text, at, institution, audience, answered in near
        if subject in titles
    ][:k]
