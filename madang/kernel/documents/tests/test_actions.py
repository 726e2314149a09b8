from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from madang.kernel.audit.queries import about
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.documents.actions import clear_orphans, clear_unclaimed, discard_file, keep_file
from madang.kernel.documents.models import File
from madang.kernel.documents.queries import own_files, visible_to
from madang.kernel.identity.models import Person

from .samples import HTML, PDF, upload


def contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_out_of_reach_of_its_name(sender, files_in):
    file = keep_file(upload("../계획서.pdf", PDF), by=sender)
    file.refresh_from_db()
    assert (file.owner, file.name, file.content_type, file.size) == (
        sender,
        "계획서.pdf",
        "application/pdf",
        len(PDF),
    )
    assert [path.read_bytes() for path in contents(files_in)] == [PDF]
    assert "계획서" not in file.path
    assert not file.path.endswith(".pdf")


def test_large_uploads_on_disk_are_kept_too(sender, files_in):
    from django.core.files.uploadedfile import TemporaryUploadedFile

    large = TemporaryUploadedFile("plan.pdf", "application/pdf", len(PDF), None)
    large.write(PDF)
    file = keep_file(large, by=sender)
    assert default_storage.open(file.path).read() == PDF


def test_keeping_is_recorded(sender):
    file = keep_file(upload("a.pdf", PDF), by=sender)
    (line,) = about(file)
    assert (line.action, line.actor_id) == ("documents.keep_file", sender.pk)
    assert line.details["sha256"] == file.sha256
    assert "a.pdf" not in str(line.details)


@pytest.mark.refuses("documents.keep_file")
def test_nobody_keeps_files_for_another(sender, somebody_else, files_in):
    with pytest.raises(Refused):
        keep_file(upload("a.pdf", PDF), by=somebody_else, owner=sender)
    with pytest.raises(Refused):
        keep_file(upload("a.pdf", PDF), by=None)
    assert not File.objects.exists()
    assert not contents(files_in)


def test_the_system_keeps_files_for_people(sender):
    assert keep_file(upload("a.pdf", PDF), by=None, owner=sender).owner == sender


def test_a_refused_file_leaves_nothing(sender, files_in):
    with pytest.raises(Invalid):
        keep_file(upload("a.png", HTML), by=sender)
    assert not File.objects.exists()
    assert not contents(files_in)


def test_when_the_row_cannot_be_written_the_content_is_removed(db, files_in):
    with pytest.raises(ValueError, match="unsaved"), transaction.atomic():
        keep_file(upload("a.pdf", PDF), by=Person(name="not in the database"))
    assert not contents(files_in)


def test_content_left_by_a_rollback_is_cleared_after_two_days(sender, files_in):
    kept = keep_file(upload("kept.pdf", PDF), by=sender)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        keep_file(upload("lost.pdf", PDF), by=sender)
        raise ZeroDivisionError
    assert len(contents(files_in)) == 2
    assert clear_orphans() == 0
    earlier = timezone.now() - timedelta(days=2)
    old = f"{earlier:%Y/%m/%d}/"
    for path in contents(files_in):
        (files_in / old).mkdir(parents=True, exist_ok=True)
        path.rename(files_in / old / path.name)
    File.objects.filter(pk=kept.pk).update(path=old + kept.path.rpartition("/")[2])
    assert clear_orphans() == 1
    assert [path.name for path in contents(files_in)] == [kept.path.rpartition("/")[2]]


def test_a_discarded_file_is_gone_and_on_record(sender, files_in, django_capture_on_commit_callbacks):
    file = keep_file(upload("a.pdf", PDF), by=sender)
    subject = f"documents.file:{file.pk}"
    with django_capture_on_commit_callbacks(execute=True):
        discard_file(file, by=sender)
        assert len(contents(files_in)) == 1
    assert not File.objects.exists()
    assert not contents(files_in)
    assert [line.action for line in about(subject)] == ["documents.keep_file", "documents.discard_file"]


@pytest.mark.refuses("documents.discard_file")
def test_nobody_discards_the_file_of_another(sender, somebody_else):
    file = keep_file(upload("a.pdf", PDF), by=sender)
    with pytest.raises(Refused), transaction.atomic():
        discard_file(file, by=somebody_else)
    assert list(File.objects.all()) == [file]
    assert default_storage.open(file.path).read() == PDF


def test_files_of_unfinished_forms_are_cleared_after_ninety_days(sender):
    old, new = (keep_file(upload(f"{age}.pdf", PDF), by=sender) for age in ("old", "new"))
    File.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timedelta(days=91))
    File.objects.filter(pk=new.pk).update(uploaded_at=timezone.now() - timedelta(days=89))
    assert clear_unclaimed() == 1
    assert list(File.objects.all()) == [new]


def test_own_files_come_in_the_order_asked_and_nobody_elses(sender, somebody_else):
    first, second = (keep_file(upload(f"{number}.pdf", PDF), by=sender) for number in (1, 2))
    other = keep_file(upload("other.pdf", PDF), by=somebody_else)
    tokens = [str(second.token), "no token", str(other.token), str(first.token), str(second.token)]
    assert own_files(sender, tokens) == [second, first]
    assert own_files(None, tokens) == []
    assert list(visible_to(None)) == []
