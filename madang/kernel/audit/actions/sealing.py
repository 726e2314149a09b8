"""Sealing the log: batch after batch, each chained to the one before and signed. Writers never wait for it."""

import logging
import time

from django.db import connection, transaction

from madang.kernel.common.keys import signing_key
from madang.kernel.common.moment import now

from ..models import Record, Seal
from ..rules import NOTHING, PURPOSE, canonical, head, leaf, line_of, root

log = logging.getLogger("madang.audit")

BATCH = 10_000
_TURN = 0x5EA1
# A transaction that writes for longer is left to be sealed the next time.
PATIENCE = 20.0


def seal() -> int:
    """Seals what was recorded since the last seal; returns how many records. One at a time: a second one does nothing.

    It takes up to the newest record below which none can appear any more.
    """
    done = 0
    horizon = _horizon()
    while number := _seal_batch(horizon):
        done += number
    return done


@transaction.atomic
def _seal_batch(horizon: int) -> int:
    if not _take_turn():
        return 0
    before = Seal.objects.order_by("-number").first()
    waiting = Record.objects.filter(id__gt=before.last if before else 0, id__lte=horizon)
    records = list(waiting.order_by("id")[:BATCH])
    if not records:
        return 0
    leaves = [leaf(canonical(line_of(one))) for one in records]
    name, key = signing_key(PURPOSE)
    made = Seal(
        number=before.number + 1 if before else 1,
        at=now(),
        records=[one.pk for one in records],
        leaves=b"".join(leaves),
        root=root(leaves),
        previous=head(before.statement) if before else NOTHING,
        key=name,
    )
    made.signature = key.sign(canonical(made.statement))
    made.save(force_insert=True)
    # Kept with the logs, a head shows later that nothing was cut off the end of the chain.
    log.info("seal %d of %d records: %s", made.number, len(records), head(made.statement).hex())
    return len(records)


def _take_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURN])
        return bool(cursor.fetchone()[0])


def _horizon() -> int:
    """The newest record below which all are committed or never will be.

    Numbers are given out before their transactions end. Each of these holds its lock on the table from before it took a
    number, so when those that hold one now have ended, no record can appear among the numbers given out until now.
    Returns 0 when one of them takes too long.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_record_id_seq")
        given_out = int(cursor.fetchone()[0])
        cursor.execute(
            """SELECT array_agg(virtualtransaction) FROM pg_locks
               WHERE relation = 'audit_record'::regclass AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"""
        )
        writers = cursor.fetchone()[0] or []
        deadline = time.monotonic() + PATIENCE
        while writers:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY(%s)"
                " AND relation = 'audit_record'::regclass AND mode = 'RowExclusiveLock')",
                [writers],
            )
            if not cursor.fetchone()[0]:
                break
            if time.monotonic() > deadline:
                return 0
            time.sleep(0.05)
    return given_out
