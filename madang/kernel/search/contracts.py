"""What other apps tell search: which kinds of things can be found, and by what words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EVERYONE = "all"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as the index knows it. `title` and `text` are masked already: whoever finds it may read them.

    `audience` names who finds it: `all`, `person-5`, `institution-7`, `department-9` ...; a person belongs to
    `queries.audiences(person)`. `answered`: it holds an answer that helps whoever asks the same.
    """

    subject_id: int
    number: str
    title: str
    text: str
    audience: frozenset[str] = frozenset({EVERYONE})
    at: datetime | None = None
    institution_id: int | None = None
    answered: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of things that can be found.

    `entries(ids)` reads those of these ids that belong into the index, or all of them (None), by rising subject_id.
    `shown(person, ids)` is the gate: those of these that this person may see, each with its title in the reader's
    language. It is asked for every page of hits, so that a thing just made private is not shown by an index that has
    not heard of it.
    """

    name: str
    label: Any
    entries: Callable[[Sequence[int] | None], Iterator[Entry]]
    shown: Callable[[Any, Sequence[int]], dict[int, str]]


KINDS: dict[str, Kind] = {}


def searchable(kind: Kind) -> Kind:
    """Makes a kind of things findable; called when the app is loaded. Names hold small letters and dashes only."""
    if not kind.name.replace("-", "").isalpha() or not kind.name.islower():
        raise ValueError(f"“{kind.name}” cannot be the name of a kind: small letters and dashes only.")
    KINDS[kind.name] = kind
    return kind
