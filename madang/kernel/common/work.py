"""One act, one transaction, one round trip: rows that belong together are written together.

`audit.action` opens a piece of work; `audit.record`, `events.publish` and the actions themselves put rows
into it; when the act ends they are all inserted by a single statement just before the commit.
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction


@dataclass
class Work:
    """What one action has yet to write, and how many of its acts are already on record."""

    name: str
    rows: list[models.Model] = field(default_factory=list)
    recorded: int = 0
    whole: bool = False
    single: bool = False


_current: ContextVar[Work | None] = ContextVar("work", default=None)


def current() -> Work:
    """The action under way; raises RuntimeError outside of one."""
    work = _current.get()
    if work is None:
        raise RuntimeError("Only an @action may write: wrap the function in madang.kernel.audit.actions.action.")
    return work


@contextmanager
def begin(name: str, *, whole: bool = False, single: bool = False) -> Iterator[Work]:
    """Opens the transaction of an action, or joins the one that is open; the outermost writes what is pending.

    An action that fails inside another leaves nothing behind, and the outer one may go on; unless the outer one is a
    `whole`: then they succeed or fail together. A `single` one writes nothing but its pending rows, by one statement,
    which is a transaction by itself: that saves BEGIN and COMMIT.
    """
    outer = _current.get()
    alone = single and not connection.in_atomic_block
    if outer is not None and outer.single and not single:
        raise RuntimeError(f"{name} needs a transaction; {outer.name} has none.")
    work = Work(name, rows=outer.rows if outer else [], whole=whole, single=single)
    before = len(work.rows)
    token = _current.set(work)
    try:
        with nullcontext() if alone else transaction.atomic(savepoint=outer is None or not outer.whole):
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
    values: list[Any] = []
    database = connections[DEFAULT_DB_ALIAS]
    for number, (model, group) in enumerate(itertools.groupby(sorted(rows, key=_table), key=type)):
        batch = list(group)
        into, fields = _insertion(model, batch[0].pk is not None)
        places = []
        for row in batch:
            given = [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
            # NULL is written out: what psycopg makes of a statement it keeps only if that has at most 50 values.
            places.append(f"({', '.join(['NULL' if value is None else '%s' for value in given])})")
            values += [value for value in given if value is not None]
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        parts.append(f"w{number} AS ({into} VALUES {', '.join(places)})")
    if parts:
        with database.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT", values)


def _table(row: models.Model) -> str:
    return row._meta.db_table


@cache
def _insertion(model: type[models.Model], with_key: bool) -> tuple[str, list[models.Field]]:
    """The beginning of an INSERT into a model's table, and the fields it takes: all that the database does not fill."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.db_default is models.NOT_PROVIDED and (with_key or not field.primary_key)
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns})', fields


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
