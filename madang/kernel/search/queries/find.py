"""Search over everything that can be found: a fixed number of questions to the database, whatever is found."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Invalid
from madang.kernel.identity.models import Person

from ..contracts import EVERYONE, KINDS
from ..rules.asking import Piece, Question, lexemes, lookup, loosened, parse, pieces
from .audience import audiences
from .candidates import candidates
from .judging import Found, Row, judge
from .known import known

# Where no more than so many hold a long word whole, it is also taken apart.
SCARCE = 5


@dataclass(frozen=True)
class Hit:
    """One thing found. `snippet` is the part of its text that was asked for, in pieces: each is text, `hit` or not."""

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
    """How many of a kind answer; `about`: judged by the newest ones, which is as exact as two digits."""

    kind: str
    label: str
    number: int
    about: bool


@dataclass(frozen=True)
class Page:
    """A page of hits, on the first page the counts by kind, and the cursor of the next page, if there is one.

    `question` is what was asked as it was understood. `loosened`: long words were taken apart, since few texts hold
    them in one piece.
    """

    question: Question
    hits: list[Hit]
    counts: list[Count]
    next: str | None = None
    loosened: bool = False


@dataclass(frozen=True)
class _Mark:
    """Where a page begins: below which subject of each kind, after which hit of that stretch, by the clock of when."""

    below: dict[str, int]
    now: datetime
    loosened: bool = False
    after: tuple[int, str, int] | None = None

    def __str__(self) -> str:
        body = json.dumps([self.below, self.now.isoformat(), self.loosened, self.after], separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode()

    @classmethod
    def read(cls, cursor: str) -> "_Mark":
        try:
            below, now, loosened, after = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            known_kinds = {str(kind): int(number) for kind, number in below.items() if kind in KINDS}
            place = (int(after[0]), str(after[1]), int(after[2])) if after else None
            mark = cls(known_kinds, datetime.fromisoformat(now), bool(loosened), place)
            numbers = [*known_kinds.values(), *(place[2:] if place else ())]
            if mark.now.tzinfo is None or any(not 0 <= number < 1 << 62 for number in numbers):
                raise ValueError(cursor)
            if place and (abs(place[0]) > 1 << 30 or "\0" in place[1]):
                raise ValueError(cursor)
            return mark
        except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
            message = _("This is not a cursor of ours. Start from the first page.")
            raise Invalid(fields={"cursor": [message]}) from error


def search(
    person: Person | None, q: str, kinds: Sequence[str] | None = None, cursor: str = "", limit: int = 20
) -> Page:
    """What a person finds by a question: all its words, "a phrase", -without.

    The best of the newest hundreds of each kind come first, then those of the hundreds before them, page by page to the
    oldest. `kinds` limits the hits, not the counts. Raises Invalid for a cursor that is not ours or an unknown kind.
    """
    unknown = [kind for kind in kinds or () if kind not in KINDS]
    if unknown:
        message = _("There is no kind “%(kind)s” to be found.") % {"kind": unknown[0][:40]}
        raise Invalid(fields={"kinds": [message]})
    question, mark = parse(q), _Mark.read(cursor) if cursor else None
    loose = loosened(question)
    if mark is not None:
        return _page(person, loose if mark.loosened else question, kinds, mark, limit)
    page = _page(person, question, kinds, None, limit)
    if loose == question or page.next or len(page.hits) >= SCARCE:
        return page
    return _page(person, loose, kinds, None, limit, loosened=True)


def _page(
    person: Person | None, question: Question, kinds: Sequence[str] | None, begin: _Mark | None, limit: int,
    *, loosened: bool = False,
) -> Page:  # fmt: skip
    if not question:
        return Page(question, [], [])
    met = known(lexemes(question), list(KINDS))
    heads = {kind: head + 1 for kind, head in met.heads.items()}
    mark = begin or _Mark(heads, timezone.now(), loosened)
    wanted = [kind for kind in kinds or KINDS if kind in mark.below]
    if not wanted:
        return Page(question, [], [])
    below = mark.below if begin is None else {kind: mark.below[kind] for kind in wanted}
    looked_up = lookup(question, met.documents, met.total, met.rare)
    asked = candidates(looked_up, met, audiences(person), below)
    rows, found = judge(question, asked, mark.now, wanted, mark.after, limit + 1)
    return Page(
        question,
        _hits(person, question, rows[:limit]),
        _counts(found, heads) if begin is None else [],
        _next(mark, rows, found, wanted, limit),
        mark.loosened,
    )


def _hits(person: Person | None, question: Question, rows: list[Row]) -> list[Hit]:
    titles = {
        kind: KINDS[kind].shown(person, [row.subject_id for row in rows if row.kind == kind])
        for kind in dict.fromkeys(row.kind for row in rows)
    }
    return [
        Hit(
            row.kind,
            row.subject_id,
            row.number,
            titles[row.kind][row.subject_id],
            pieces(row.text, question),
            row.at,
            row.institution_id,
            EVERYONE in row.audience,
            row.answered,
        )
        for row in rows
        if row.subject_id in titles[row.kind]
    ]


def _counts(found: dict[str, Found], heads: dict[str, int]) -> list[Count]:
    counts = []
    for kind in KINDS:
        if kind in found and found[kind].number:
            number, reach = found[kind].number, found[kind].reach
            whole = float(f"{number * heads[kind] / (heads[kind] - reach):.2g}")
            counts.append(Count(kind, str(KINDS[kind].label), int(whole) if reach else number, reach > 0))
    return counts


def _next(mark: _Mark, rows: list[Row], found: dict[str, Found], wanted: list[str], limit: int) -> str | None:
    if len(rows) > limit:
        last = rows[limit - 1]
        here = {kind: mark.below[kind] for kind in wanted}
        return str(_Mark(here, mark.now, mark.loosened, (last.score, last.kind, last.subject_id)))
    older = {kind: found[kind].reach for kind in wanted if found[kind].reach}
    return str(_Mark(older, mark.now, mark.loosened)) if older else None
