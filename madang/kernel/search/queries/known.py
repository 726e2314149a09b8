"""How common pairs of letters are, and how far each kind reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from ..rules.facets import of_kind

# So many documents are looked at to count how common pairs are.
SAMPLE = 20_000
_EVERYONE = "=all"


@dataclass(frozen=True)
class Known:
    """What is known before the index is asked.

    `heads`: the newest subject of each kind that has documents; `kinds`: how many documents of it there are; `documents`:
    how many hold each lexeme; `rare`: how many hold one that the sample did not meet; `total`: how many there are.
    """

    heads: dict[str, int]
    kinds: dict[str, int]
    documents: dict[str, int]
    rare: int
    total: int

    @property
    def public(self) -> float:
        """The share of documents that everyone may find."""
        return max(1, self.documents.get(_EVERYONE, self.total)) / self.total


def known(lexemes: Iterable[str], kinds: Sequence[str]) -> Known:
    """Asks once for the frequencies of lexemes and the reach of kinds."""
    named = {of_kind(kind): kind for kind in kinds}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kind, head, true FROM unnest(%s::text[]) AS k (kind),
               LATERAL (SELECT max(subject_id) AS head FROM search_document d WHERE d.kind = k.kind) h
               WHERE head IS NOT NULL
               UNION ALL SELECT lexeme, documents, false FROM search_frequency WHERE lexeme = ANY(%s)""",
            [list(kinds), [*lexemes, *named, _EVERYONE]],
        )
        rows = cursor.fetchall()
    heads = {name: number for name, number, is_head in rows if is_head}
    documents = {name: number for name, number, is_head in rows if not is_head}
    of_kinds = {kind: documents.pop(name, 1) for name, kind in named.items()}
    total = max(1, sum(of_kinds.values()))
    return Known(heads, of_kinds, documents, total // SAMPLE, total)
