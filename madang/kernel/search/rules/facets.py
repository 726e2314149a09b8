"""What is indexed beside the words: kind, place in time, who may find it. One index then answers the whole of it.

The planner of a database does not know that a word is common everywhere but among what this person may see, or common
but not lately. So each document carries lexemes for these too, and the newest are asked first, stretch by stretch.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Subjects of a kind are numbered in the order they came. Blocks of 4,096 of them have a lexeme, and so have blocks of
# twice as many, and so on: a stretch of any length is two lexemes, since the index reads through all it is given.
SMALLEST, LEVELS = 12, 9


def of_kind(kind: str) -> str:
    """The lexeme of all documents of a kind."""
    return f"={kind}"


def of_block(kind: str, level: int, block: int) -> str:
    """The lexeme of the documents of a kind in one block; blocks of the next level are twice as long."""
    return f"={kind}:{level}:{block}"


def lexemes(kind: str, subject_id: int, audience: Iterable[str]) -> list[str]:
    """The lexemes of a document beside its words; none can be typed by a person, since words hold no signs."""
    found = [of_kind(kind), *(f"={one}" for one in audience)]
    return found + [of_block(kind, level, subject_id >> SMALLEST + level) for level in range(LEVELS)]


def any_of(names: Iterable[str]) -> str:
    """The query for documents with at least one of these lexemes."""
    return "(" + " | ".join(f"'{name}'" for name in names) + ")"


def for_audience(audience: Iterable[str] | None) -> str:
    """The query for what one of this audience finds; empty when everything is found (None)."""
    return "" if audience is None else any_of(f"={one}" for one in sorted(audience))


@dataclass(frozen=True)
class Stretch:
    """Documents that came one after another: the query for them, and the first subject that is too new for them."""

    query: str
    below: int


def stretches(kind: str, below: int, need: float) -> Iterator[Stretch]:
    """The documents of a kind whose subjects are below a number, from the newest on, in stretches to be asked in turn.

    The first is `need` to twice that long, each further one eight times the one before. The blocks of a stretch may hold
    newer documents too, which `below` sorts out.
    """
    level = _level(need)
    while level < LEVELS and below > 2 << SMALLEST + level:
        last = below - 1 >> SMALLEST + level
        yield Stretch(_two_blocks(kind, level, last), below)
        below = last - 1 << SMALLEST + level
        level += 3
    if below > 0:
        yield Stretch(any_of([of_kind(kind)]), below)


def newest(kind: str, head: int, need: float) -> list[str]:
    """The query for at least so many of a kind's newest documents; none for all. `head` is the newest subject."""
    level = _level(need)
    if level >= LEVELS or head < 2 << SMALLEST + level:
        return []
    return [_two_blocks(kind, level, head >> SMALLEST + level)]


def _level(need: float) -> int:
    """The level whose blocks are at least so long."""
    return max(0, (int(need) >> SMALLEST).bit_length())


def _two_blocks(kind: str, level: int, last: int) -> str:
    return any_of([of_block(kind, level, last - 1), of_block(kind, level, last)])
