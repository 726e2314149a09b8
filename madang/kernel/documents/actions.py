"""What happens to files. Content is written before the row that names it, so a row never names nothing."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Conflict, Refused
from madang.kernel.identity.models import Person

from .engine import Examined, examine, stored
from .models import File
from .queries import pointed_at_by_nothing, unclaimed

log = logging.getLogger("madang.documents")


def keep_file(upload: UploadedFile, *, by: Person | None, owner: Person | None = None) -> File:
    """Keeps a file that somebody sent, for themselves; the system (`by=None`) keeps one for its `owner`.

    Raises Invalid, with the reason and what is accepted, for a file that is empty, damaged, too large,
    malicious or of a kind that is not accepted. If nothing is kept in the end, the content is removed.
    """
    owner = owner or by
    if owner is None or (by is not None and by != owner):
        raise Refused()
    examined = examine(upload)
    path = default_storage.save(f"{timezone.now():%Y/%m/%d}/{uuid4().hex}", stored(examined))
    try:
        return _enter(examined, by=by, owner=owner, path=path)
    except BaseException:
        default_storage.delete(path)
        raise


@action("documents.keep_file")
def _enter(examined: Examined, *, by: Person | None, owner: Person, path: str) -> File:
    """A file that was examined and stored gets its row, and with it an owner."""
    file = File.objects.create(
        owner=owner,
        name=examined.name,
        content_type=examined.content_type,
        size=examined.size,
        sha256=examined.sha256,
        path=path,
    )
    record(file, by=by, size=file.size, content_type=file.content_type, sha256=file.sha256)
    return file


@action("documents.discard_file")
def discard_file(file: File, *, by: Person | None) -> None:
    """Throws away a file of one's own that is in no case yet; its content goes once that is certain."""
    if by is not None and by.pk != file.owner_id:
        raise Refused()
    record(file, by=by, sha256=file.sha256)
    try:
        file.delete()
    except ProtectedError as error:
        raise Conflict(
            "documents.in_use",
            _("“%(name)s” already belongs to a case and stays there."),
            remedy=_("Write to the officer in charge if it must not be there."),
            name=file.name,
        ) from error
    transaction.on_commit(lambda: default_storage.delete(file.path))


@action("documents.destroy_files")
def destroy_files(files: Sequence[int], *, by: Person | None = None) -> int:
    """Destroys those of these files that belong to nothing any more; returns how many. Only the system does so.

    Contents go first: should this be cut off in between, the rows are still there, and it is done again.
    """
    if by is not None:
        raise Refused()
    found = list(pointed_at_by_nothing(File.objects.filter(pk__in=files)))
    for file in found:
        default_storage.delete(file.path)
    File.objects.filter(pk__in=[file.pk for file in found]).delete()
    record("files", by=by, destroyed=len(found))
    return len(found)


def clear_unclaimed(limit: int = 500) -> int:
    """Throws away files of forms that nobody finished; returns how many."""
    files = list(unclaimed()[:limit])
    for file in files:
        discard_file(file, by=None)
    return len(files)


def clear_orphans(days: int = 7) -> int:
    """Removes content that no row names, left by a process that was stopped half-way; returns how much.

    Looks at the contents of the last days but today's and yesterday's: what is being kept right now has
    no row yet.
    """
    removed = 0
    for back in range(2, days + 2):
        folder = f"{timezone.now() - timedelta(days=back):%Y/%m/%d}"
        if not default_storage.exists(folder):
            continue
        paths = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
        for path in paths - set(File.objects.filter(path__in=paths).values_list("path", flat=True)):
            default_storage.delete(path)
            log.warning("removed %s, which belonged to nothing", path)
            removed += 1
    return removed
