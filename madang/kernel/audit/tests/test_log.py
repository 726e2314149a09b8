"""The audit log is append-only, whoever tries."""

import pytest
from django.db import DatabaseError, connection, transaction

from madang.kernel.audit.models import Record
from madang.kernel.audit.queries import about
from madang.kernel.cases import actions


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_record SET actor_id = 1",
        "DELETE FROM audit_record",
        "INSERT INTO audit_record (id, action, subject, details, request) OVERRIDING SYSTEM VALUE"
        " SELECT id, 'x', 'x', '{}', '' FROM audit_record LIMIT 1"
        " ON CONFLICT (id) DO UPDATE SET action = 'forged'",
    ],
)
def test_the_database_refuses_to_change_the_log(case, sql):
    before = list(Record.objects.order_by("id").values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(Record.objects.order_by("id").values()) == before


@pytest.mark.django_db
def test_the_log_cannot_be_emptied():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_record ENABLE TRIGGER no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE audit_record")
        cursor.execute("ALTER TABLE audit_record DISABLE TRIGGER no_truncate")


def test_the_log_says_who_did_what_to_which_case(case, citizen, desk):
    actions.note(case, by=desk, text="비밀번호는 1234")
    told = [(one.action, one.actor_id, one.subject) for one in about(case)]
    assert told == [("cases.file", citizen.pk, case.number), ("cases.note", desk.pk, case.number)]
    assert "1234" not in str(list(about(case).values_list("details", flat=True)))
