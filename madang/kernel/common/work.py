"""One act, one transaction, one round trip: rows that belong together are written together.

`audit.action` opens a piece of work; `audit.record`, `events.publish` and the actions themselves put rows
into it; when the act ends they are all inserted by a single statement just before the commit.
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock

from django.db import connection, models, transaction


@dataclass
class Work:
    """What one action has yet to write, and how many of its acts are already on record."""

    name: str
    rows: list[models.Model] = field(default_factory=list)
    recorded: int = 0
    whole: bool = False


_current: ContextVar[Work | None] = ContextVar("work", default=None)


def current() -> Work:
    """The action under way; raises RuntimeError outside of one."""
    work = _current.get()
    if work is None:
        raise RuntimeError("Only an @action may write: wrap the function in madang.kernel.audit.actions.action.")
    return work


@contextmanager
def begin(name: str, *, whole: bool = False) -> Iterator[Work]:
    """Opens the transaction of an action, or joins the one that is open; the outermost writes the pending rows at its end.

    An action that fails inside another leaves nothing behind, and the outer one may go on; unless the outer one is a
    `whole`: then they succeed or fail together, which saves two round trips.
    """
    outer = _current.get()
    work = Work(name, rows=outer.rows if outer else [], whole=whole)
    before = len(work.rows)
    token = _current.set(work)
    try:
        with transaction.atomic(savepoint=outer is None or not outer.whole):
            yield work
            if outer is None:
                flush()
    except BaseException:
        del work.rows[before:]
        raise
    finally:
        _current.reset(token)


def flush() -> None:
    """Writes what is pending now, for an action that reads what an action before it in the same work has written."""
    work = _current.get()
    if work is not None and work.rows:
        rows, work.rows[:] = list(work.rows), []
        insert_together(rows)


def insert_together(rows: Iterable[models.Model]) -> None:
    """Inserts unsaved rows of several tables by one statement. Keys that other rows need must be set beforehand."""
    parts: list[str] = []
    values: list[object] = []
    by_model = itertools.groupby(sorted(rows, key=lambda row: row._meta.label), key=type)
    for number, (model, group) in enumerate(by_model):
        fields = [f for f in model._meta.concrete_fields if f.db_default is models.NOT_PROVIDED]
        batch = list(group)
        if batch[0].pk is None:
            fields = [f for f in fields if not f.primary_key]
        columns = ", ".join(f'"{f.column}"' for f in fields)
        places = ", ".join("(" + ", ".join(["%s"] * len(fields)) + ")" for _ in batch)
        parts.append(f'w{number} AS (INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {places})')
        values += [f.get_db_prep_save(f.pre_save(row, add=True), connection) for row in batch for f in fields]
        for row in batch:
            row._state.adding, row._state.db = False, "default"
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT", values)


class Keys:
    """Hands out keys of a database sequence, a block at a time, so that a row's key is known before it is written.

    The sequence must increment by `block`. Keys of a block that a stopped process left unused stay unused.
    """

    def __init__(self, sequence: str, block: int = 64) -> None:
        self.sequence, self.block = sequence, block
        self._free: Iterator[int] = iter(())
        self._lock = Lock()

    def take(self) -> int:
        with self._lock:
            key = next(self._free, None)
            if key is None:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval(%s::regclass)", [self.sequence])
                    (first,) = cursor.fetchone()
                self._free = iter(range(first, first + self.block))
                key = next(self._free)
            return key
