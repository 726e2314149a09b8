"""Keys change while the site runs; a run may be cut off; nothing is lost, and a key goes only when nothing needs it."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import JSONField

from conftest import SECRET
from madang.kernel.audit.actions import encrypting
from madang.kernel.audit.actions.encrypting import column, reencrypt, renew_key, retire_key, rotate
from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.common import memory
from madang.kernel.common.encryption import DATA, INDEX, Unreadable, key_files, name_in, newest_key
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.fields import EncryptedText, SealedJSON, kept_secret
from madang.kernel.identity.actions import keep_secret, verify_number
from madang.kernel.identity.models import Person, PersonalNumber
from madang.kernel.identity.queries import by_personal_number
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.models import Draft


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, monkeypatch):
    """Keys of their own for each test; one process, which waits for no other."""
    memory.forget()
    settings.KEYS_DIR = tmp_path
    monkeypatch.setattr(encrypting, "WAIT", 0)
    monkeypatch.setattr(encrypting, "PAUSE", 0.01)
    return tmp_path


@pytest.fixture
def kept(secret_case, secret_version, citizen):
    """Something in every column that holds secrets."""
    draft = save_draft(secret_version, by=citizen, data={"title": "t", **SECRET})
    keep_secret(citizen.account, by=citizen, text="JBSWY3DPEHPK3PXP")
    number = verify_number(citizen, by=None, kind="resident_number", value=SECRET["number"])
    return secret_case, draft, number


def assert_readable(kept):
    case, draft, number = (type(one).objects.get(pk=one.pk) for one in kept)
    assert {name: case.answers(lambda path: True)[name] for name in SECRET} == SECRET
    assert {name: draft.answers[name] for name in SECRET} == SECRET
    assert number.value == SECRET["number"]


def used(key):
    return {column(field): field.under(key).count() for field in kept_secret(DATA)}


def command(*words):
    out = StringIO()
    call_command("keys", *words, stdout=out)
    return out.getvalue()


def test_every_column_that_may_hold_secrets_is_found(db):
    found = {column(field) for purpose in (DATA, INDEX) for field in kept_secret(purpose)}
    assert found == {
        "cases_case.data", "procedures_draft.data", "identity_personalnumber.value", "identity_personalnumber.index",
        "identity_secret.value",
    }  # fmt: skip
    answers = [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, JSONField) and field.name == "data" and hasattr(model, "procedure")
    ]
    assert answers
    assert all(isinstance(field, SealedJSON) for field in answers)


def test_rotation_closes_everything_anew(kept):
    old = newest_key(DATA)
    progress = []
    new, done = rotate(DATA, lambda where, rows: progress.append((where, rows)))
    assert new == newest_key(DATA) != old
    assert set(done.values()) == {1}
    assert sorted(progress) == sorted(done.items())
    assert set(used(old).values()) == {0}
    assert set(used(new).values()) == {1}
    assert_readable(kept)
    acts = set(Record.objects.filter(subject=f"key:{new}").values_list("action", flat=True))
    assert acts == {"audit.renew_key", "audit.reencrypt"}


def test_a_run_that_was_cut_off_goes_on_with_the_key_it_made(kept, secret_version, stranger, town, monkeypatch):
    monkeypatch.setattr(encrypting, "BATCH", 1)
    data = {"title": "x", "body": "y", **SECRET}
    cases = [actions.file(secret_version, by=stranger, data=data, institution=town) for _one in range(3)]

    def killed(where, rows):
        if rows == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(DATA, killed)
    assert_readable(kept)
    half = newest_key(DATA)
    name, _done = rotate(DATA)
    assert name == half
    assert len(key_files(DATA)) == 2
    assert_readable(kept)
    for case in cases:
        assert Case.objects.get(pk=case.pk).answers(lambda path: True)["health"] == SECRET["health"]


def test_what_another_process_still_closes_with_the_old_key_is_not_lost(kept, secret_version, citizen):
    """A process that has not heard of the new key writes while the old one is being replaced."""
    old = newest_key(DATA)
    stale = {id(one): dict(one) for one in memory._memories}
    rotate(DATA)
    for one in memory._memories:
        one.update(stale[id(one)])
    draft = save_draft(secret_version, by=citizen, data={"title": "later", **SECRET})
    memory.forget()
    assert used(old)["procedures_draft.data"] == 1
    with pytest.raises(Conflict):
        retire_key(old)
    rotate(DATA)
    assert set(used(old).values()) == {0}
    assert Draft.objects.get(pk=draft.pk).answers["health"] == SECRET["health"]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_is_writing_is_closed_once_they_are_done(kept):
    case, *_rest = kept
    locked, go_on = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            row = Case.objects.select_for_update().get(pk=case.pk)
            locked.set()
            go_on.wait(20)
            row.title = "anew"
            row.save(update_fields=["title"])
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert locked.wait(10)
    threading.Timer(0.3, go_on.set).start()
    new, _done = rotate(DATA)
    writer.join(20)
    assert used(new)["cases_case.data"] == 1
    assert Case.objects.get(pk=case.pk).title == "anew"
    assert_readable(kept)


def test_look_ups_go_on_while_the_index_changes(kept, citizen):
    value = SECRET["number"]
    first = newest_key(INDEX)
    renew_key(INDEX)
    assert by_personal_number("resident_number", value) == citizen
    rotate(INDEX)
    assert PersonalNumber._meta.get_field("index").under(first).count() == 0
    assert by_personal_number("resident_number", value) == citizen
    assert by_personal_number("resident_number", "860101-1234567") is None
    assert by_personal_number("account_number", value) is None


def test_a_key_is_retired_when_nothing_needs_it(kept, monkeypatch):
    old = newest_key(DATA)
    with pytest.raises(Conflict):
        retire_key(old)
    rotate(DATA)
    with pytest.raises(Conflict, match="may still be writing"):
        retire_key(old)
    # Ten minutes later. The test's own transaction is this process's; nobody else has one.
    monkeypatch.setattr(encrypting, "SETTLED", timedelta(0))
    retire_key(old)
    assert [name_in(file) for file in key_files(DATA)] == [newest_key(DATA)]
    assert_readable(kept)
    with pytest.raises(Invalid):
        retire_key(old)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_from_before_the_new_key_keeps_the_old_one(kept, monkeypatch):
    monkeypatch.setattr(encrypting, "SETTLED", timedelta(0))
    begun, done = threading.Event(), threading.Event()

    def linger():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            begun.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=linger)
    other.start()
    assert begun.wait(10)
    old = newest_key(DATA)
    rotate(DATA)
    with pytest.raises(Conflict, match="may still be writing"):
        retire_key(old)
    done.set()
    other.join(20)
    # PostgreSQL takes a moment to see that a connection has ended.
    for _attempt in range(100):
        with suppress(Conflict):
            retire_key(old)
            break
        time.sleep(0.05)
    assert old not in map(name_in, key_files(DATA))


@pytest.mark.refuses("audit.renew_key")
@pytest.mark.refuses("audit.reencrypt")
@pytest.mark.refuses("audit.retire_key")
def test_nobody_but_the_system_changes_keys(stranger, operator):
    renew_key(DATA)
    field = next(kept_secret(DATA))
    for person in (stranger, operator):
        for act, subject in ((renew_key, DATA), (reencrypt, field), (retire_key, newest_key(DATA))):
            with pytest.raises(Refused):
                act(subject, by=person)
    assert len(key_files(DATA)) == 1


def test_the_command_tells_what_there_is_and_how_far_it_is(kept, monkeypatch):
    old = newest_key(DATA)
    assert f"{old}  data   closes; 1 rows of " in command("list")
    told = command("rotate")
    new = newest_key(DATA)
    assert "cases_case.data: 1 rows\n" in told
    assert f"From now on {new} closes; 4 rows were closed anew.\n" in told
    assert f"{old} is no longer used: manage.py keys retire {old}\n" in told
    assert f"{old}  data   no longer used" in command("list")
    with pytest.raises(CommandError, match="no key of this name"):
        command("retire", "nonsense")
    monkeypatch.setattr(encrypting, "SETTLED", timedelta(0))
    assert command("retire", old) == f"Key {old} is removed.\n"
    assert_readable(kept)


def test_an_encrypted_column_is_neither_looked_up_nor_written_plain(kept, citizen):
    _case, _draft, number = kept
    for attempt in (
        lambda: PersonalNumber.objects.filter(value=SECRET["number"]).exists(),
        lambda: PersonalNumber.objects.filter(pk=number.pk).update(value="plain"),
    ):
        with pytest.raises(TypeError), transaction.atomic():
            attempt()
    other = Person.objects.create(name="Other")
    PersonalNumber.objects.filter(pk=number.pk).update(person=other)
    with pytest.raises(Unreadable):
        PersonalNumber.objects.get(pk=number.pk).value  # noqa: B018
    assert isinstance(PersonalNumber._meta.get_field("value"), EncryptedText)
