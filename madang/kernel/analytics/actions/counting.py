"""Keeping the counters. They repeat what cases say and can be made again, so keeping them is no act of the office."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import islice

from django.db import connection, transaction
from psycopg import Cursor

from madang.kernel.cases.contracts import CaseEvent

from ..contracts import COUNTS
from ..models import Count, Tally
from ..queries.facts import Key, Told, facts, owed, tallies_of
from ..rules import LEVELS, Kept

BATCH = 50_000
Progress = Callable[[int], None]

_KEY = ("day", "institution", "procedure", "topic", "division")
_COLUMNS = ", ".join((*_KEY, *COUNTS))
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)

# The key of a fact as a level of detail keeps it.
_KEPT = f"""
  CASE WHEN level & {int(Kept.DAY)} > 0 THEN day ELSE date_trunc('month', day)::date END AS day,
  CASE WHEN level & {int(Kept.INSTITUTION)} > 0 THEN institution ELSE 0 END AS institution,
  CASE WHEN level & {int(Kept.PROCEDURE)} > 0 THEN procedure ELSE '' END AS procedure,
  CASE WHEN level & {int(Kept.TOPIC)} > 0 THEN topic ELSE '' END AS topic,
  CASE WHEN level & {int(Kept.DIVISION)} > 0 THEN division ELSE '' END AS division
"""

# One statement: what is taken out of the tallies is in the counters, or neither. Counters are always written in the
# order of their keys, so that two who do this at once wait for one another and never lock each other out.
_FOLD = f"""
WITH taken AS (
  DELETE FROM analytics_tally WHERE id IN (SELECT id FROM analytics_tally ORDER BY id LIMIT %s) RETURNING *
), told AS (
  SELECT {", ".join(_KEY)}, {_SUMS}, count(*) AS tallies FROM taken GROUP BY {", ".join(_KEY)}
), levelled AS (
  SELECT level, {_KEPT}, {", ".join(COUNTS)} FROM told CROSS JOIN unnest(%s::int[]) AS level
), written AS (
  INSERT INTO analytics_count AS c (level, {_COLUMNS})
  SELECT level, {", ".join(_KEY)}, {_SUMS} FROM levelled
  GROUP BY level, {", ".join(_KEY)} ORDER BY level, institution, topic, division, procedure, day
  ON CONFLICT (level, institution, topic, division, procedure, day)
  DO UPDATE SET {", ".join(f"{name} = c.{name} + EXCLUDED.{name}" for name in COUNTS)}
)
SELECT coalesce(sum(tallies), 0)::int FROM told
"""  # noqa: S608  (names of columns only)

# From nothing there is nothing to meet with: one level at a time is several times faster.
_RETOLD = "CREATE TEMPORARY TABLE analytics_retold ON COMMIT DROP AS TABLE analytics_tally WITH NO DATA"
_MAKE = f"""
INSERT INTO analytics_count (level, {_COLUMNS})
SELECT level, {_KEPT}, {_SUMS} FROM analytics_retold CROSS JOIN (SELECT %s::int AS level) AS one
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608


def tally(events: Iterable[CaseEvent]) -> None:
    """Notes what events add to the figures."""
    _copy("analytics_tally", (told for event in events for told in tallies_of(event)))


def fold() -> int:
    """Puts the tallies to the counters; returns how many there were. Figures are the same before and after."""
    done = 0
    while batch := _fold_some():
        done += batch
    return done


def _fold_some() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FOLD, [BATCH, [int(level) for level in LEVELS]])
        return int(cursor.fetchone()[0])


def recount(progress: Progress = lambda done: None) -> int:
    """Makes the counters again from what the cases say; returns how many facts there were.

    Filing, answering and telling go on meanwhile. What has happened but has not been told yet is in the cases already
    and will be tallied when it is told: so much is taken off beforehand. All is read as it was at one moment.
    """
    done = 0
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Before the moment is taken: nobody may be putting tallies to the counters then.
        cursor.execute("LOCK TABLE analytics_count IN EXCLUSIVE MODE")
        Tally.objects.all().delete()
        Count.objects.all().delete()
        _copy("analytics_tally", owed(), sign=-1)
        cursor.execute(_RETOLD)
        happened = facts()
        while batch := list(islice(happened, BATCH)):
            _copy("analytics_retold", batch)
            done += len(batch)
            progress(done)
        for level in LEVELS:
            cursor.execute(_MAKE, [int(level)])
    return done


def _copy(table: str, found: Iterable[Told], sign: int = 1) -> None:
    """Writes many tallies at once, what agrees in everything as one."""
    sums: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for told in found:
        sums[told.key].update(told.increment)
    with connection.cursor() as wrapper:
        cursor: Cursor = wrapper.cursor
        with cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as stream:
            for key, counts in sums.items():
                stream.write_row((*key, *(sign * counts[name] for name in COUNTS)))
