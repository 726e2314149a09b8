"""The documents that may answer a question, as SQL: few enough to be read one by one, the newest of each kind.

The trap: asked for the newest documents with a word, the planner walks them from the newest on, and reads a million
before it has met a rare word often enough; asked for all documents with a common word, it fetches a third of the table.
So rare words are looked up in everything at once, common ones in stretches, the newest first, until there are enough.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..rules.asking import Lookup
from ..rules.facets import for_audience, stretches
from .known import Known

# What so few documents answer is read through at once.
SPARSE = 6000
# A stretch that gave so many is the last that is asked; of one stretch, no more than MOST are read.
ENOUGH, MOST = 200, 600


@dataclass
class Candidates:
    """`parts` are the tables of a WITH, with their `values`; `bottoms` tells for each kind where its stretches end."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    bottoms: dict[str, list[int]] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The tables, and in `candidate` the ids of the documents with the number of their stretch."""
        tables = [f"s{number} AS MATERIALIZED ({part})" for number, part in enumerate(self.parts)]
        union = " UNION ALL ".join(f"SELECT id, stretch FROM s{number}" for number in range(len(self.parts)))
        return ", ".join([*tables, f"candidate AS MATERIALIZED ({union})"])

    def reach(self, kind: str, found: Mapping[int, tuple[int, int]]) -> int:
        """Down to which subject a kind was read, given for each stretch how many were found and the oldest of them."""
        so_far = 0
        for number, bottom in enumerate(self.bottoms[kind]):
            count, oldest = found.get(number, (0, 0))
            so_far += count
            if count >= MOST:
                return oldest
            if so_far >= ENOUGH:
                return bottom
        return 0


def candidates(looked_up: Lookup, met: Known, audience: Iterable[str] | None, below: Mapping[str, int]) -> Candidates:
    """Where to look for the answers to a question among what an audience finds, below these subjects of each kind."""
    if looked_up.expected <= SPARSE:
        return _at_once(looked_up.query, audience, below)
    need = 3 * ENOUGH * met.total / (looked_up.expected * met.public)
    found = Candidates()
    for kind, head in below.items():
        _in_stretches(found, looked_up.query, audience, kind, head, need)
    return found


def _at_once(query: str, audience: Iterable[str] | None, below: Mapping[str, int]) -> Candidates:
    mine, values = ("", []) if audience is None else ("AND audience && %s::text[]", [sorted(audience)])
    part = f"""SELECT id, 0 AS stretch FROM (
            SELECT id, row_number() OVER (PARTITION BY kind ORDER BY subject_id DESC) AS place
            FROM (SELECT id, kind, subject_id FROM search_document WHERE lexemes @@ %s::tsquery {mine} OFFSET 0) d
            JOIN unnest(%s::varchar[], %s::bigint[]) AS b (kind, below) USING (kind) WHERE subject_id < below) r
        WHERE place <= {MOST}"""
    return Candidates([part], [query, *values, list(below), list(below.values())], {kind: [0] for kind in below})


def _in_stretches(
    found: Candidates, query: str, audience: Iterable[str] | None, kind: str, head: int, need: float
) -> None:
    asked = list(stretches(kind, head, need))
    first = len(found.parts)
    for number, stretch in enumerate(asked):
        before = " + ".join(f"(SELECT count(*) FROM s{first + earlier})" for earlier in range(number)) or "0"
        # OFFSET 0 fences the search by words off from the order, see the trap above.
        found.parts.append(
            f"""SELECT id, subject_id, {number} AS stretch FROM (
                SELECT id, subject_id FROM search_document WHERE lexemes @@ %s::tsquery AND subject_id < %s OFFSET 0) d
            WHERE {before} < {ENOUGH} ORDER BY subject_id DESC LIMIT {MOST}"""
        )
        words = [query, for_audience(audience), stretch.query]
        found.values += [" & ".join(filter(None, words)), stretch.below]
    found.bottoms[kind] = [*(stretch.below for stretch in asked[1:]), 0]
