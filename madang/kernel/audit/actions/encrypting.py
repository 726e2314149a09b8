"""Keys change while the site runs: a new one closes from now on, what older ones closed is closed anew, then they may go."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from madang.kernel.common import memory
from madang.kernel.common.encryption import (
    FRESH,
    PURPOSES,
    key_files,
    made_at,
    name_in,
    new_key,
    newest_key,
)
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.fields import kept_secret

from .recording import action, record

BATCH = 200
# So long after a new key was made nobody holds a text any more that an older one closed and that is not yet written.
SETTLED = timedelta(minutes=10)
# And so long until every process closes with it.
WAIT = FRESH + 1
# A row that somebody is changing is left, and looked at again after so many seconds.
PAUSE = 0.5

Progress = Callable[[str, int], None]


@action("audit.renew_key")
def renew_key(purpose: str, *, by: Any = None) -> str:
    """Makes the key that closes from now on; older ones go on opening. Only the system does so."""
    if by is not None:
        raise Refused()
    name = new_key(purpose)
    memory.forget()
    record(f"key:{name}", by=by, purpose=purpose)
    return name


@action("audit.reencrypt")
def reencrypt(field: Any, *, by: Any = None, after: Any = None) -> tuple[int, Any]:
    """Closes some values of a column with the newest key; returns how many, and after which row to go on.

    Rows that somebody is changing at this moment are left out.
    """
    if by is not None:
        raise Refused()
    newest = newest_key(field.purpose)
    rows = field.under(newest, other=True).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    batch = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for row in batch:
        field.model._base_manager.filter(pk=row.pk).update(**{field.attname: field.renewed(row)})
    record(f"key:{newest}", by=by, column=column(field), rows=len(batch))
    return len(batch), batch[-1].pk if batch else None


@action("audit.retire_key")
def retire_key(name: str, *, by: Any = None) -> None:
    """Removes a key with which nothing is encrypted any more. What a backup of earlier holds cannot be opened then."""
    if by is not None:
        raise Refused()
    found = [(purpose, file) for purpose in PURPOSES for file in key_files(purpose) if name_in(file) == name]
    if not found:
        raise Invalid(fields={"name": ["There is no key of this name."]})
    purpose, file = found[0]
    if newest_key(purpose) == name:
        raise Conflict("audit.newest-key", "This is the newest key. Make another one first: keys rotate.")
    _require_settled(made_at(key_files(purpose)[-1]))
    used = {column(field): rows for field in kept_secret(purpose) if (rows := field.under(name).count())}
    if used:
        message = "Still encrypted with this key: %(used)s. Close it anew first: keys rotate."
        raise Conflict("audit.key-in-use", message, used=used)
    file.unlink()
    memory.forget()
    record(f"key:{name}", by=by, purpose=purpose)


def _require_settled(made: datetime) -> None:
    """Refuses while somebody may still write what they closed before the newest key was made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (oldest,) = cursor.fetchone()
    if timezone.now() < made + SETTLED or (oldest and oldest < made + timedelta(seconds=2 * FRESH)):
        raise Conflict(
            "audit.key-not-settled",
            (
                "Somebody may still be writing with an older key. Try again %(minutes)s minutes after the newest was made."
            ),
            minutes=int(SETTLED.total_seconds() // 60),
        )


def rotate(purpose: str, progress: Progress = lambda column, rows: None) -> tuple[str, dict[str, int]]:
    """A new key, and everything closed with it; returns its name and how many rows of each column were closed anew.

    When an earlier run was cut off, it is brought to its end with the key that it made.
    """
    fields = list(kept_secret(purpose))
    name = newest_key(purpose)
    if name is None or not any(field.under(name, other=True).exists() for field in fields):
        name = renew_key(purpose)
    # Until then other processes may go on closing with the key that they know.
    time.sleep(WAIT)
    memory.forget()
    done = {column(field): 0 for field in fields}
    for field in fields:
        after = None
        while True:
            rows, after = reencrypt(field, after=after)
            if rows:
                done[column(field)] += rows
                progress(column(field), done[column(field)])
            elif field.under(name, other=True).exists():
                time.sleep(PAUSE)
            else:
                break
    return name, done


def column(field: Any) -> str:
    """A column by its table and name."""
    return f"{field.model._meta.db_table}.{field.column}"
