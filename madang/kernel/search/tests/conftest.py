"""A kind of things to be found that stands on nothing: a shelf of notes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from madang.kernel.search import actions
from madang.kernel.search.contracts import EVERYONE, KINDS, Entry, Kind


class Shelf:
    """Notes in memory. `hidden` are those that the gate shows nobody, whatever the index says."""

    def __init__(self, name):
        self.name, self.notes, self.hidden = name, {}, set()

    def put(
        self, title, text="", *, key=None, audience=(EVERYONE,), at=datetime(2020, 1, 1, tzinfo=UTC), answered=False
    ):
        key = key or len(self.notes) + 1
        number = f"{self.name.upper()}-{key}"
        self.notes[key] = Entry(key, number, title, text, frozenset(audience), at, answered=answered)
        return key

    def change(self, key, **changes):
        self.notes[key] = replace(self.notes[key], **changes)

    def entries(self, ids):
        return iter([note for key, note in sorted(self.notes.items()) if ids is None or key in ids])

    def shown(self, person, ids):
        return {key: self.notes[key].title for key in ids if key in self.notes and key not in self.hidden}

    def index(self):
        actions.reindex([self.name])


@pytest.fixture
def only_notes(monkeypatch):
    """The registry without the kernel's own kinds."""
    for name in list(KINDS):
        monkeypatch.delitem(KINDS, name)


@pytest.fixture
def shelf(only_notes, monkeypatch, db):
    made = Shelf("note")
    monkeypatch.setitem(KINDS, "note", Kind("note", "Notes", made.entries, made.shown))
    return made


@pytest.fixture
def books(shelf, monkeypatch):
    made = Shelf("book")
    monkeypatch.setitem(KINDS, "book", Kind("book", "Books", made.entries, made.shown))
    return made
