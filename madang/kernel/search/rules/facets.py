"""What is indexed beside the words: kind, place in time, who may find it. One index then answers the whole of it.

The planner of a database does not know that a word is common everywhere but among what this person may see, or common
but not lately. So each document carries lexemes for these too, and the newest are asked first, block by block.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Subjects of a kind are numbered in the order they came; so many make a block.
BLOCK_BITS = 12
# Blocks that are asked at a time, the newest first; then all the rest at once.
STEPS = (2, 6, 24, 96)
ANSWERED = "'=answered'"


def of_kind(kind: str) -> str:
    """The lexeme of all documents of a kind."""
    return f"={kind}"


def of_block(kind: str, block: int) -> str:
    """The lexeme of the documents of a kind in one block."""
    return f"={kind}:{block}"


def lexemes(kind: str, subject_id: int, audience: Iterable[str], answered: bool) -> list[str]:
    """The lexemes of a document beside its words; none can be typed by a person, since words hold no signs."""
    found = [of_kind(kind), of_block(kind, subject_id >> BLOCK_BITS), *(f"={one}" for one in audience)]
    return [*found, "=answered"] if answered else found


def any_of(names: Iterable[str]) -> str:
    """The query for documents with at least one of these lexemes."""
    return "(" + " | ".join(f"'{name}'" for name in names) + ")"


def for_audience(audience: Iterable[str] | None) -> str:
    """The query for what one of this audience finds; empty when everything is found (None)."""
    return "" if audience is None else any_of(f"={one}" for one in sorted(audience))


@dataclass(frozen=True)
class Window:
    """A stretch of a kind's documents: the query for it, and the first subject that is too new for it."""

    query: str
    below: int


def windows(kind: str, below: int) -> Iterator[Window]:
    """The documents of a kind whose subjects are below a number, in stretches from the newest to the oldest."""
    block = (below - 1) >> BLOCK_BITS
    for step in STEPS:
        if block < 0:
            return
        blocks = range(max(0, block - step + 1), block + 1)
        yield Window(any_of(of_block(kind, one) for one in blocks), below)
        block -= step
        below = min(below, (block + 1) << BLOCK_BITS)
    if block >= 0:
        yield Window(any_of([of_kind(kind)]), below)


def newest(kind: str, head: int, share: float) -> str:
    """The query for about this share of a kind's documents, the newest; `head` is the newest subject."""
    if share >= 1:
        return any_of([of_kind(kind)])
    block = head >> BLOCK_BITS
    number = min(max(1, round((block + 1) * share)), STEPS[-1])
    return any_of(of_block(kind, one) for one in range(max(0, block - number + 1), block + 1))
