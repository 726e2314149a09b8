"""Search over everything that can be found: a fixed number of questions to the database, whatever is found."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Invalid
from madang.kernel.identity.models import Person

from ..contracts import KINDS
from ..models import Document
from ..rules.asking import Piece, Question, Word, parse, pieces, tsquery
from ..rules.facets import for_audience, windows
from .audience import audiences

# So many matches of a kind, the newest, are ranked together; older ones follow page by page.
CANDIDATES = 1000


@dataclass(frozen=True)
class Hit:
    """One thing found. `snippet` is the part of its text that was asked for, in pieces: show each as text, hits marked."""

    kind: str
    subject_id: int
    number: str
    title: str
    snippet: list[Piece]
    at: datetime | None
    institution_id: int | None
    is_public: bool
    answered: bool


@dataclass(frozen=True)
class Count:
    """How many of a kind were found; `more`: at least so many."""

    kind: str
    label: str
    number: int
    more: bool


@dataclass(frozen=True)
class Page:
    """A page of hits, the counts by kind (on the first page), and the cursor of the next page; `question` as it was understood."""

    question: Question
    hits: list[Hit]
    counts: list[Count]
    next: str | None = None


@dataclass(frozen=True)
class _Mark:
    """Where a page begins: below which subject of each kind, as of when, after which hit of that stretch."""

    below: dict[str, int]
    at: datetime
    after: tuple[int, str, int] | None = None

    def __str__(self) -> str:
        body = json.dumps([self.below, self.at.isoformat(), self.after], separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode()

    @classmethod
    def read(cls, cursor: str) -> "_Mark":
        try:
            below, at, after = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            moment = datetime.fromisoformat(at)
            place = (int(after[0]), str(after[1]), int(after[2])) if after else None
            known = {str(kind): int(number) for kind, number in below.items() if kind in KINDS}
            if moment.tzinfo is None or any(not 0 <= number < 1 << 62 for number in known.values()):
                raise ValueError(cursor)
            return cls(known, moment, place)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise Invalid(fields={"cursor": [_("This is not a cursor of ours. Start from the first page.")]}) from error


def search(
    person: Person | None, q: str, kinds: Sequence[str] | None = None, cursor: str = "", limit: int = 20
) -> Page:
    """What a person finds by a question: all its words, "a phrase", -without.

    The best of the newest 1,000 of each kind come first, then those of the next 1,000. `kinds` limits the hits, not the
    counts. Raises Invalid for a cursor that is not ours or a kind that does not exist.
    """
    unknown = [kind for kind in kinds or () if kind not in KINDS]
    if unknown:
        message = _("There is no kind “%(kind)s” to be found.") % {"kind": unknown[0][:40]}
        raise Invalid(fields={"kinds": [message]})
    question = parse(q)
    mark = _Mark.read(cursor) if cursor else _Mark(heads(list(KINDS)), timezone.now())
    wanted = [kind for kind in kinds or KINDS if kind in mark.below]
    asked = [kind for kind in mark.below if kind in wanted or not cursor]
    if not question or not wanted:
        return Page(question, [], [])
    rows, found = _ask(question, audiences(person), mark, asked, wanted, limit)
    return Page(
        question,
        _hits(person, question, rows[:limit]),
        [] if cursor else _counts(found),
        _next(mark, rows, found, wanted, limit),
    )


def heads(kinds: Sequence[str]) -> dict[str, int]:
    """For each kind that has documents, one more than its newest subject."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, head + 1 FROM unnest(%s::text[]) AS k (kind), LATERAL"
            " (SELECT max(subject_id) AS head FROM search_document d WHERE d.kind = k.kind) AS h WHERE head IS NOT NULL",
            [list(kinds)],
        )
        return dict(cursor.fetchall())


_Row = tuple[Any, ...]
_Found = dict[str, tuple[int, int]]


def _ask(
    question: Question, audience: frozenset[str] | None, mark: _Mark, asked: list[str], wanted: list[str], limit: int
) -> tuple[list[_Row], _Found]:
    """The rows of a page (one more than its limit, when there are more), and for each kind how many were found down to where."""
    query = " & ".join(filter(None, [tsquery(question), for_audience(audience)]))
    parts, values = [], []
    for kind in asked:
        stretches = []
        for window in windows(kind, mark.below[kind]):
            # OFFSET 0 keeps the planner from walking the subjects from the newest on, hoping to meet the words soon.
            stretches.append(
                "(SELECT * FROM (SELECT id, subject_id FROM search_document WHERE lexemes @@ %s::tsquery AND subject_id < %s"
                f" OFFSET 0) w ORDER BY subject_id DESC LIMIT {CANDIDATES})"
            )
            values += [f"{query} & {window.query}", window.below]
        # Stretches are asked one after another, and no further once there are enough.
        parts.append(f"(SELECT * FROM ({' UNION ALL '.join(stretches)}) k LIMIT {CANDIDATES})")
    fits, points, more = _judged(question)
    later = ""
    after: list[Any] = []
    if mark.after:
        later = 'AND (score, kind COLLATE "C", subject_id) < (%s, %s, %s)'
        after = list(mark.after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH candidate AS MATERIALIZED (SELECT id FROM ({" UNION ALL ".join(parts)}) c),
            judged AS MATERIALIZED (
                SELECT d.id, d.kind, d.subject_id, {fits} AS fits, ({points}
                    + CASE WHEN d.at > %s::timestamptz - interval '30 days' THEN 3
                           WHEN d.at > %s::timestamptz - interval '180 days' THEN 2
                           WHEN d.at > %s::timestamptz - interval '2 years' THEN 1 ELSE 0 END)::int AS score
                FROM candidate JOIN search_document d USING (id)),
            page AS (
                SELECT * FROM judged WHERE fits AND kind = ANY(%s) {later}
                ORDER BY score DESC, kind COLLATE "C" DESC, subject_id DESC LIMIT {limit + 1})
            SELECT NULL, NULL, kind, min(subject_id), count(*) FILTER (WHERE fits), count(*), NULL, NULL, NULL, NULL, NULL
            FROM judged GROUP BY kind
            UNION ALL
            SELECT * FROM (
                SELECT p.score, d.number, d.kind, d.subject_id, NULL::bigint, NULL::bigint, d.text, d.at, d.institution_id,
                       d.is_public, d.answered
                FROM page p JOIN search_document d USING (id)
                ORDER BY p.score DESC, d.kind COLLATE "C" DESC, d.subject_id DESC) rows""",
            [*values, *more, mark.at, mark.at, mark.at, wanted, *after],
        )
        answer = cursor.fetchall()
    found = {row[2]: (row[4], row[3] if row[5] >= CANDIDATES else 0) for row in answer if row[1] is None}
    return [row for row in answer if row[1] is not None], found


def _judged(question: Question) -> tuple[str, str, list[Any]]:
    """Whether a candidate really holds what was asked for, and its points, as SQL; and the values of both in order.

    A word in the title counts 4, and up to 12 more as it is all of the title; each time it is in the text, up to three, 1.
    """
    fits: list[str] = ["TRUE"]
    fit_values: list[Any] = []
    points: list[str] = ["0"]
    point_values: list[Any] = []
    for word in question.words:
        title, text = _columns(word.text)
        points.append(
            f"CASE WHEN strpos({title}, %s) > 0 THEN 4 + 12 * %s / greatest(length(d.title), %s) ELSE 0 END"
            f" + least(3, (length({text}) - length(replace({text}, %s, ''))) / %s)"
        )
        size = len(word.text)
        point_values += [word.text, size, size, word.text, size]
        if word.dense and len(word.text) > 2:
            fits.append(_holds(word))
            fit_values += [word.text] * fits[-1].count("%s")
    for phrase in question.phrases:
        title, text = _columns(phrase)
        fits.append(f"(strpos({title}, %s) > 0 OR strpos({text}, %s) > 0)")
        fit_values += [phrase, phrase]
    return " AND ".join(fits), " + ".join(points), fit_values + point_values


def _holds(word: Word) -> str:
    tests = ["strpos(d.title, %s) > 0", "strpos(d.text, %s) > 0"]
    if word.is_compound:
        tests += ["strpos(replace(d.title, ' ', ''), %s) > 0", "strpos(replace(d.text, ' ', ''), %s) > 0"]
    return f"({' OR '.join(tests)})"


def _columns(text: str) -> tuple[str, str]:
    """Title and text as they compare with a folded text: as they are, where its letters know no capitals."""
    return ("lower(d.title)", "lower(d.text)") if text.upper() != text else ("d.title", "d.text")


def _hits(person: Person | None, question: Question, rows: list[_Row]) -> list[Hit]:
    titles = {
        kind: KINDS[kind].shown(person, [row[3] for row in rows if row[2] == kind])
        for kind in dict.fromkeys(row[2] for row in rows)
    }
    return [
        Hit(kind, subject, number, titles[kind][subject], pieces(text, question), at, institution, public, answered)
        for _score, number, kind, subject, _n, _m, text, at, institution, public, answered in rows
        if subject in titles[kind]
    ]


def _counts(found: _Found) -> list[Count]:
    return [
        Count(kind, str(KINDS[kind].label), found[kind][0], more=found[kind][1] > 0)
        for kind in KINDS
        if kind in found and found[kind][0]
    ]


def _next(mark: _Mark, rows: list[_Row], found: _Found, wanted: list[str], limit: int) -> str | None:
    if len(rows) > limit:
        last = rows[limit - 1]
        return str(_Mark({kind: mark.below[kind] for kind in wanted}, mark.at, (last[0], last[2], last[3])))
    older = {kind: found[kind][1] for kind in wanted if kind in found and found[kind][1]}
    return str(_Mark(older, mark.at)) if older else None


__all__ = ["CANDIDATES", "Count", "Document", "Hit", "Page", "heads", "search"]
