"""Cases are destroyed when they have been kept for long enough, nothing else is, and a hold stops it."""

import threading
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from madang.kernel.analytics.actions import fold
from madang.kernel.analytics.models import Count
from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.actions import keeping
from madang.kernel.cases.models import Attachment, Case, Destruction, Entry, Hold
from madang.kernel.cases.queries import due_for_destruction
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.documents.actions import destroy_files, keep_file
from madang.kernel.documents.models import File
from madang.kernel.events.actions import deliver
from madang.kernel.notices.actions import destroy_about
from madang.kernel.notices.models import Notice
from madang.kernel.search.actions import catch_up
from madang.kernel.search.models import Document

SEOUL = ZoneInfo("Asia/Seoul")
# The procedure keeps cases for one year: those closed until the end of 2024 may be kept no longer in 2026.
TODAY = date(2026, 5, 1)
DUE, NOT_YET = datetime(2024, 12, 31, 23, 59, tzinfo=SEOUL), datetime(2025, 1, 1, tzinfo=SEOUL)


@pytest.fixture
def closed(version, citizen, town):
    """`closed(at)`: a case that was closed then, with a file, told about and to be found."""

    def make(at, **more):
        text = SimpleUploadedFile("note.txt", f"{at} {more}".encode())
        file = keep_file(text, by=citizen)
        data = {"title": "오래된 사건", "body": "오래된 사건의 내용"}
        case = actions.file(version, by=citizen, data=data, institution=town, files=(file,), **more)
        Case.objects.filter(pk=case.pk).update(closed_at=at, stage="answered", due_at=None)
        return Case.objects.get(pk=case.pk)

    return make


def told():
    while deliver():
        pass
    fold()
    catch_up()


def test_what_is_due_is_destroyed_and_nothing_else(closed, case):
    due, later = closed(DUE), closed(NOT_YET)
    told()
    file, other = (Attachment.objects.get(case=one).file for one in (due, later))
    assert default_storage.exists(file.path)
    assert Notice.objects.filter(case_number=due.number).exists()
    figures = list(Count.objects.values_list("level", "received").order_by("pk"))
    with transaction.atomic():
        assert actions.destroy_due(TODAY) == 1
    told()
    assert set(Case.objects.all()) == {later, case}
    for model in (Entry, Attachment):
        assert not model.objects.filter(case_id=due.pk).exists()
    assert not default_storage.exists(file.path)
    assert not File.objects.filter(pk=file.pk).exists()
    assert default_storage.exists(other.path)
    assert set(Document.objects.filter(kind="case").values_list("subject_id", flat=True)) == {later.pk, case.pk}
    assert set(Notice.objects.values_list("case_number", flat=True)) == {later.number, case.number}
    assert list(Count.objects.values_list("level", "received").order_by("pk")) == figures
    assert Record.objects.filter(subject=due.number, action="cases.file").exists()


def test_nothing_about_it_is_left_in_any_table(closed):
    """Whatever has a column for a case: found in the catalogue, not in a list."""
    due = closed(DUE)
    told()
    actions.destroy_due(TODAY)
    told()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name IN ('case_id', 'case_number')"
        )
        for table, column in cursor.fetchall():
            value = due.number if column == "case_number" else due.pk
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s', [value])
            assert cursor.fetchone() == (0,), (table, column)


def test_it_is_recorded_with_numbers_only(closed):
    due = closed(DUE)
    actions.destroy_due(TODAY)
    record = Record.objects.filter(action="cases.destroy").first()
    assert record.details == {"procedure": "tests.request", "destroyed": [due.number], "files": 1}
    assert record.actor_id is None
    report = Destruction.objects.get()
    assert (report.procedure, report.closed_before, report.cases, report.files) == (
        "tests.request", date(2025, 1, 1), 1, 1,
    )  # fmt: skip


@pytest.mark.refuses("cases.destroy")
@pytest.mark.refuses("documents.destroy_files")
@pytest.mark.refuses("notices.destroy_about")
def test_nobody_destroys_by_hand(closed, stranger, manager, operator):
    due = closed(DUE)
    (what,) = due_for_destruction(TODAY)
    for person in (stranger, manager, operator):
        for act, subject in ((keeping.destroy, what), (destroy_files, []), (destroy_about, [due.number])):
            with pytest.raises(Refused):
                act(subject, by=person)
    assert Case.objects.filter(pk=due.pk).exists()


def test_a_file_of_two_cases_goes_with_the_last(closed, case, citizen):
    due = closed(DUE)
    file = Attachment.objects.get(case=due).file
    Attachment.objects.create(case=case, by=citizen, file=file)
    actions.destroy_due(TODAY)
    assert default_storage.exists(file.path)
    Case.objects.filter(pk=case.pk).update(closed_at=DUE)
    actions.destroy_due(TODAY)
    assert not default_storage.exists(file.path)


def test_batches_are_bounded_and_a_killed_run_is_brought_to_its_end(closed, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    cases = [closed(DUE) for _one in range(5)]
    sizes = []

    def killed(due, number):
        sizes.append(number)
        if len(sizes) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.destroy_due(TODAY, killed)
    assert Case.objects.filter(pk__in=[one.pk for one in cases]).count() == 1
    assert actions.destroy_due(TODAY) == 1
    assert actions.destroy_due(TODAY) == 0
    assert sizes == [2, 2]
    assert [(one.cases, one.files) for one in Destruction.objects.all()] == [(5, 5)]


def test_a_failure_in_the_middle_is_repeated_whole(closed):
    """The contents are gone, the rows are not: the next run does the rest."""
    due = closed(DUE)
    file = Attachment.objects.get(case=due).file

    def cut_off(_due, _number):
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        actions.destroy_due(TODAY, cut_off)
    assert Case.objects.filter(pk=due.pk).exists()
    assert not default_storage.exists(file.path)
    assert actions.destroy_due(TODAY) == 1
    assert not File.objects.filter(pk=file.pk).exists()


def test_a_held_case_is_never_destroyed(closed, manager):
    held, free = closed(DUE), closed(DUE)
    actions.hold(held, by=manager, reason="행정소송")
    assert actions.destroy_due(TODAY) == 1
    assert Case.objects.filter(pk=held.pk).exists()
    assert not Case.objects.filter(pk=free.pk).exists()
    actions.lift(held, by=manager, reason="판결 확정")
    assert actions.destroy_due(TODAY) == 1


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_is_being_made_is_respected(closed, manager):
    """Whoever comes first: the case is destroyed whole before it could be held, or it is not destroyed."""
    due = closed(DUE)
    made, go_on = threading.Event(), threading.Event()

    def make():
        with transaction.atomic():
            actions.hold(due, by=manager, reason="행정소송")
            made.set()
            go_on.wait(20)
        connection.close()

    holder = threading.Thread(target=make)
    holder.start()
    assert made.wait(10)
    assert actions.destroy_due(TODAY) == 0
    go_on.set()
    holder.join(20)
    assert actions.destroy_due(TODAY) == 0
    assert Case.objects.filter(pk=due.pk).exists()
    assert default_storage.exists(Attachment.objects.get(case=due).file.path)


def test_holds_are_recorded_and_seen_by_the_office(client, case, manager, citizen):
    client.force_login(manager.account)
    for move, reason in (("hold", "감사원 감사"), ("lift", "감사 종료")):
        answer = client.post(f"/cases/{case.number}/{move}/", {"reason": reason}, follow=True)
        assert answer.status_code == 200
        assert reason in answer.content.decode()
    row = Hold.objects.get()
    assert (row.by, row.reason, row.lifted_by) == (manager, "감사원 감사", manager)
    acts = Record.objects.filter(action__in=("cases.hold", "cases.lift")).order_by("id")
    assert [(one.action, one.actor_id, one.details) for one in acts] == [
        ("cases.hold", manager.pk, {"hold": row.pk}),
        ("cases.lift", manager.pk, {"hold": row.pk}),
    ]
    client.force_login(citizen.account)
    assert "감사원" not in client.get(f"/cases/{case.number}/").content.decode()


@pytest.mark.refuses("cases.hold")
@pytest.mark.refuses("cases.lift")
def test_only_its_managers_hold_a_case(case, officer, desk, outsider, auditor, citizen, stranger, manager):
    for person in (officer, desk, outsider, auditor, citizen, stranger):
        for act in (actions.hold, actions.lift):
            with pytest.raises(Refused):
                act(case, by=person, reason="x")
    with pytest.raises(Conflict):
        actions.lift(case, by=manager, reason="x")
    with pytest.raises(Invalid):
        actions.hold(case, by=manager, reason=" ")
    actions.hold(case, by=manager, reason="x")
    with pytest.raises(Conflict):
        actions.hold(case, by=manager, reason="x")
    with pytest.raises(Invalid):
        actions.lift(case, by=manager, reason=" ")


def test_each_version_keeps_its_own_cases(closed, version):
    """A case keeps the version it began with, and so the promise that was made to its applicant."""
    longer = version.definition.model_copy(update={"keep": version.definition.keep.model_copy(update={"years": 3})})
    due = closed(DUE)
    from madang.kernel.procedures.actions import publish

    renewed = publish(longer)
    kept = closed(DUE)
    Case.objects.filter(pk=kept.pk).update(version=renewed)
    assert actions.destroy_due(TODAY) == 1
    assert set(Case.objects.all()) == {kept}
    assert due.pk != kept.pk


def test_the_command_says_what_it_would_do_what_it_does_and_what_it_did(closed):
    def run(*words):
        out = StringIO()
        call_command("retention", *words, stdout=out)
        return out.getvalue()

    closed(datetime(2020, 1, 1, tzinfo=SEOUL))
    before = timezone.localdate().year - 1
    line = f"tests.request: 1 cases closed before {before}-01-01"
    assert run("--dry-run") == f"{line}\n"
    assert Case.objects.count() == 1
    assert run() == f"{line}\n1 cases destroyed.\n"
    assert run() == "0 cases destroyed.\n"
    assert run("--report").endswith(f"{line}, 1 files\n0 cases are held.\n")
