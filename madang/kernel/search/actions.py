"""Keeping the index. It repeats what other apps hold and can be made again: no act of the office, so nothing is recorded."""

import logging
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from psycopg import Cursor

from .contracts import KINDS, Entry
from .models import Document, Frequency, Waiting
from .queries.known import SAMPLE
from .rules import facets
from .rules.texts import bigrams, normal

log = logging.getLogger("madang.search")

BATCH = 500
LONGEST_TITLE, LONGEST_TEXT = 300, 20_000
Progress = Callable[[int], None]

# Who indexes takes this lock, so that what was read earlier never overwrites what was read later.
_TURN = 0x6D61_6461
_FIELDS = ("kind", "subject_id", "number", "title", "text", "at", "institution_id", "audience", "answered", "lexemes")
_TYPES = ("text", "int8", "text", "text", "text", "timestamptz", "int8", "text[]", "bool")
_COLUMNS = ", ".join(_FIELDS)
_INDEX = Document._meta.indexes[0]
_Row = tuple[str, int, str, str, str, datetime | None, int | None, list[str], bool, list[str]]


def mark(kind: str, subject_ids: Iterable[int]) -> None:
    """Notes that subjects changed: indexed right after the commit or, should that fail, by the next who catches up."""
    Waiting.objects.bulk_create([Waiting(kind=kind, subject_id=one) for one in subject_ids])
    transaction.on_commit(catch_up, robust=True)


def catch_up() -> int:
    """Indexes what waits; returns how many marks that settled."""
    settled = 0
    while waiting := list(Waiting.objects.order_by("pk")[:BATCH]):
        try:
            _settle(waiting)
        except Exception:
            log.exception("these subjects could not be indexed together; each is tried alone")
            for one in waiting:
                _settle_alone(one)
        settled += len(waiting)
    return settled


def _settle_alone(one: Waiting) -> None:
    try:
        _settle([one])
    except Exception:
        # It must not hold up the others; the nightly reindex comes back to it.
        log.exception("%s could not be indexed", one)
        one.delete()


@transaction.atomic
def _settle(waiting: list[Waiting]) -> None:
    _take_turn()
    subjects: dict[str, set[int]] = {}
    for one in waiting:
        subjects.setdefault(one.kind, set()).add(one.subject_id)
    for kind, ids in subjects.items():
        entries = list(KINDS[kind].entries(sorted(ids))) if kind in KINDS else []
        _put([_row(kind, entry) for entry in entries])
        gone = ids - {entry.subject_id for entry in entries}
        Document.objects.filter(kind=kind, subject_id__in=gone).delete()
    Waiting.objects.filter(pk__in=[one.pk for one in waiting]).delete()


def reindex(kinds: Sequence[str] | None = None, progress: Progress = lambda done: None) -> int:
    """Brings the index up to date with everything of these kinds (None: all); returns how many documents there are.

    What has not changed is left alone, and searching goes on meanwhile.
    """
    done = 0
    for kind in kinds or KINDS:
        entries, last = KINDS[kind].entries(None), -1
        while batch := list(islice(entries, BATCH)):
            ids = [entry.subject_id for entry in batch]
            with transaction.atomic():
                _take_turn()
                _put([_row(kind, entry) for entry in batch])
                between = Document.objects.filter(kind=kind, subject_id__gt=last, subject_id__lte=ids[-1])
                between.exclude(subject_id__in=ids).delete()
            last, done = ids[-1], done + len(batch)
            progress(done)
        Document.objects.filter(kind=kind, subject_id__gt=last).delete()
    count_pairs()
    return done


@transaction.atomic
def rebuild(progress: Progress = lambda done: None) -> int:
    """Makes the whole index again from nothing, faster than `reindex` would; nobody can search until it is done."""
    _take_turn()
    with connection.schema_editor(atomic=False) as schema:
        schema.execute(f'TRUNCATE "{Document._meta.db_table}"')
        schema.remove_index(Document, _INDEX)
    rows = (_row(kind, entry) for kind in KINDS for entry in KINDS[kind].entries(None))
    done = copy(rows, progress)
    with connection.schema_editor(atomic=False) as schema:
        schema.add_index(Document, _INDEX)
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{Document._meta.db_table}"')
    count_pairs()
    return done


def copy(rows: Iterable[_Row], progress: Progress = lambda done: None) -> int:
    """Streams new documents into the table; returns how many."""
    done = 0
    names = f'"{Document._meta.db_table}" ({_COLUMNS})'
    with connection.cursor() as wrapper:
        cursor: Cursor = wrapper.cursor
        with cursor.copy(f"COPY {names} FROM STDIN (FORMAT BINARY)") as stream:
            stream.set_types([*_TYPES, "bytea"])
            for done, row in enumerate(rows, 1):
                stream.write_row((*row[:-1], _tsvector(row[-1])))
                if done % BATCH == 0:
                    progress(done)
    return done


def count_pairs() -> None:
    """Counts anew, in a sample of the documents, how common each pair of letters is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM (SELECT FROM "search_document" LIMIT %s) d', [SAMPLE])
        (few,) = cursor.fetchone()
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'search_document'::regclass")
        (many,) = cursor.fetchone()
        share = 1.0 if few < SAMPLE else min(1.0, SAMPLE / max(many, SAMPLE))
        Frequency.objects.all().delete()
        cursor.execute(
            "INSERT INTO search_frequency (lexeme, documents) SELECT word, round(ndoc / %s::float8)"
            " FROM ts_stat(%s) WHERE (ndoc > 1 OR %s >= 1) AND word !~ '^=.*[:-]'",
            [share, f"SELECT lexemes FROM search_document TABLESAMPLE SYSTEM ({share * 100:.6f})", share],
        )


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def _row(kind: str, entry: Entry) -> _Row:
    """The document of an entry."""
    title, text = normal(entry.title)[:LONGEST_TITLE], normal(entry.text)[:LONGEST_TEXT]
    words = bigrams(f"{entry.number}\n{title}\n{text}")
    words.update(facets.lexemes(kind, entry.subject_id, entry.audience))
    return (
        kind, entry.subject_id, entry.number, title, text, entry.at, entry.institution_id, sorted(entry.audience),
        entry.answered, list(words),
    )  # fmt: skip


def _put(rows: list[_Row]) -> None:
    """Writes documents, new ones and those that differ from what is there."""
    if not rows:
        return
    # Lists of lists are no arrays in SQL: what a document has several of is one string on the way.
    flat = [[" ".join(value) if isinstance(value, list) else value for value in row] for row in rows]
    arrays = ", ".join(f"%s::{kind.removesuffix('[]')}[]" for kind in (*_TYPES, "text"))
    split = {
        "audience": "string_to_array(audience, ' ')",
        "lexemes": "array_to_tsvector(string_to_array(lexemes, ' '))",
    }
    read = ", ".join(split.get(name, name) for name in _FIELDS)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in _FIELDS[2:])
    old, new = (", ".join(f"{table}.{name}" for name in _FIELDS[2:]) for table in ("d", "EXCLUDED"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_document AS d ({_COLUMNS}) SELECT {read}"
            f" FROM unnest({arrays}) AS r ({_COLUMNS})"
            f" ON CONFLICT (kind, subject_id) DO UPDATE SET {changed} WHERE ({old}) IS DISTINCT FROM ({new})",
            [list(column) for column in zip(*flat, strict=True)],
        )
        # New lexemes wait in a list that every search reads through: it must not grow.
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [_INDEX.name])


def _tsvector(words: list[str]) -> bytes:
    """Lexemes in PostgreSQL's order and binary form: each ends with a zero and the number of its positions, which is none."""
    body = "".join(f"{word}\0\0\0" for word in sorted(words, key=str.encode))
    return struct.pack(">i", len(words)) + body.encode()


def document_rows(kind: str, entries: Iterable[Entry]) -> Iterator[_Row]:
    """The rows of entries, to be streamed by `copy`."""
    return (_row(kind, entry) for entry in entries)
