"""The sealed log: whatever somebody does to it afterwards is found and named."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from madang.kernel.audit.actions import action, record, seal, sealing
from madang.kernel.audit.models import Record, Seal
from madang.kernel.audit.queries import Broken, verify, waiting
from madang.kernel.audit.rules import leaf, root
from madang.kernel.common.keys import new_key, public_keys

SCRIPT = Path(__file__).parents[4] / "docs" / "reference" / "verify_sealed_log.py"


@action("tests.sealed")
def happen(subject, *, by=None, **details):
    """Something that is put on record."""
    record(subject, by=by, **details)


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    return settings.KEYS_DIR


@pytest.fixture
def log(db, monkeypatch):
    """The keys of nine records under three seals; a tenth waits."""
    for number in range(9):
        happen(f"PET-26-{number}", place="전주시 완산구", number=number)
    with monkeypatch.context() as small:
        small.setattr(sealing, "BATCH", 3)
        assert seal() == 9
    happen("PET-26-late")
    return list(Record.objects.order_by("id").values_list("pk", flat=True))


def forge(sql, *params):
    """What the owner of the database can do: take the triggers off."""
    with connection.cursor() as cursor:
        for table in ("audit_record", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        cursor.execute(sql, params)
        for table in ("audit_record", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def findings():
    return [str(one) for one in verify() if isinstance(one, Broken)]


def test_what_nobody_touched_holds(log):
    assert [(one.seal, one.records) for one in verify()] == [(1, 3), (2, 3), (3, 3)]
    assert [one.pk for one in waiting()] == log[9:]
    assert seal() == 1
    assert seal() == 0
    assert not waiting()


def test_a_changed_record_is_named(log):
    forge("UPDATE audit_record SET actor_id = 999 WHERE id = %s", log[4])
    assert findings() == [f"record {log[4]} under seal 2: it was changed after sealing"]


@pytest.mark.parametrize(
    "column", ["at = at + interval '1 microsecond'", "action = 'x'", "institution_id = 1", "subject = 'PET-26-9'",
    "details = '{}'", "request = 'x'"],
)  # fmt: skip
def test_every_part_of_a_record_is_sealed(log, column):
    forge(f"UPDATE audit_record SET {column} WHERE id = %s", log[0])
    assert findings() == [f"record {log[0]} under seal 1: it was changed after sealing"]


def test_a_deleted_record_is_named(log):
    forge("DELETE FROM audit_record WHERE id = %s", log[8])
    assert findings() == [f"record {log[8]} under seal 3: it was deleted after sealing"]


def test_an_inserted_record_is_named(log):
    forge("UPDATE audit_record SET id = -1 WHERE id = %s", log[9])
    assert findings() == []  # nothing is sealed below the first
    forge("DELETE FROM audit_record WHERE id = %s", log[1])
    forge("UPDATE audit_record SET id = %s WHERE id = -1", log[1])
    assert findings() == [f"record {log[1]} under seal 1: it was changed after sealing"]


def test_a_record_between_sealed_ones_is_named(db):
    happen("PET-26-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_record_id_seq')")
        (gap,) = cursor.fetchone()
    happen("PET-26-2")
    assert seal() == 2
    forge(
        "INSERT INTO audit_record (id, action, subject, details, request) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, 'cases.answer', 'PET-26-1', '{}', '')",
        gap,
    )
    assert findings() == [f"record {gap} under seal 1: it was added after sealing"]


def test_records_that_changed_places_are_named(log):
    forge("UPDATE audit_record SET id = -1 WHERE id = %s", log[0])
    forge("UPDATE audit_record SET id = %s WHERE id = %s", log[0], log[2])
    forge("UPDATE audit_record SET id = %s WHERE id = -1", log[2])
    assert findings() == [f"record {key} under seal 1: it was changed after sealing" for key in (log[0], log[2])]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE audit_seal SET root = leaves WHERE number = 2", "its list of records was changed"),
        ("UPDATE audit_seal SET at = at + interval '1 hour' WHERE number = 2", "its signature is not good"),
        ("UPDATE audit_seal SET records = records[1:2] WHERE number = 2", "its list of records was changed"),
        ("UPDATE audit_seal SET records = '{}', leaves = '' WHERE number = 2", "its list of records was changed"),
        ("UPDATE audit_seal SET key = 'another' WHERE number = 2", "its signature is not good"),
        ("DELETE FROM audit_seal WHERE number = 2", "seal 2 should come before it and is missing"),
        ("DELETE FROM audit_seal WHERE number = 1", "seal 1 should come before it and is missing"),
    ],
)
def test_a_changed_or_missing_seal_is_named(log, sql, found):
    forge(sql)
    assert found in " / ".join(findings())


def test_who_owns_the_database_but_no_key_cannot_seal_again(log, settings, tmp_path, keys):
    settings.KEYS_DIR = tmp_path / "thief"
    forge("DELETE FROM audit_record WHERE id = %s", log[0])
    forge("DELETE FROM audit_seal")
    seal()
    settings.KEYS_DIR = keys
    assert "its signature is not good" in " / ".join(findings())


def test_a_log_cut_off_at_its_end_is_found_by_a_head_noted_before(log, capsys):
    call_command("audit", "verify")
    head = capsys.readouterr().out.partition("Head: ")[2].split()[0]
    call_command("audit", "verify", expect=head)
    forge("DELETE FROM audit_seal WHERE number = 3")
    forge("DELETE FROM audit_record WHERE id = ANY(%s)", log[6:])
    call_command("audit", "verify")
    with pytest.raises(CommandError, match="does not hold"):
        call_command("audit", "verify", expect=head)
    assert "cut off" in capsys.readouterr().err


def test_verify_ends_with_one_when_something_does_not_hold(log, capsys):
    forge("UPDATE audit_record SET subject = 'PET-26-x' WHERE id = %s", log[5])
    with pytest.raises(CommandError) as ended:
        call_command("audit", "verify")
    assert ended.value.returncode == 1
    assert f"record {log[5]} under seal 2" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["7", "7:abc", "x:" + "0" * 64])
def test_a_head_that_is_none_is_refused(db, given):
    with pytest.raises(CommandError, match="--expect wants"):
        call_command("audit", "verify", expect=given)


def test_a_new_key_signs_from_now_on_and_old_seals_stay_good(log):
    new_key("audit")
    assert seal() == 1
    assert findings() == []
    assert len({one.key for one in Seal.objects.all()}) == 2


def test_keys_are_readable_to_their_owner_only(log, keys):
    (private,) = (keys / "audit").glob("*.key")
    assert private.stat().st_mode & 0o777 == 0o600
    assert set(public_keys("audit")) == {Seal.objects.first().key}


def test_seals_are_append_only(log):
    for sql in ("UPDATE audit_seal SET number = number + 100", "DELETE FROM audit_seal"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Seal.objects.count() == 3


@pytest.mark.parametrize("forgery", [None, "change", "delete", "swap", "head"])
def test_an_export_proves_itself_to_a_script_of_its_own(log, tmp_path, forgery, capsys):
    file = tmp_path / "log.jsonl"
    call_command("audit", "export", file)
    call_command("audit", "verify")
    head = capsys.readouterr().out.partition("Head: ")[2].split()[0]
    lines = file.read_text().splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith("[")]
    assert [json.loads(lines[place])[0] for place in places] == log[:9]
    match forgery:
        case "change":
            lines[places[4]] = lines[places[4]].replace("완산구", "덕진구")
        case "delete":
            del lines[places[8]]
        case "swap":
            lines[places[0]], lines[places[1]] = lines[places[1]], lines[places[0]]
        case "head":
            lines = lines[: places[6] - 1]
    file.write_text("\n".join(lines) + "\n")
    done = subprocess.run([sys.executable, SCRIPT, file, head], capture_output=True, text=True)
    assert done.returncode == (1 if forgery else 0), done.stdout + done.stderr


def test_root_is_that_of_rfc_6962():
    """The example tree of Certificate Transparency's own tests: seven leaves."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves = [leaf(bytes.fromhex(one)) for one in inputs]
    assert root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert root(leaves).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@pytest.mark.django_db(transaction=True)
def test_what_is_still_being_written_is_waited_for(monkeypatch):
    """A record whose number was given out before, but which is committed later, is neither missed nor taken for added."""
    begun, finish = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            Record.objects.create(action="tests.slow", subject="PET-26-slow", request="")
            begun.set()
            finish.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    begun.wait(20)
    happen("PET-26-quick")
    monkeypatch.setattr(sealing, "PATIENCE", 0.2)
    assert seal() == 0
    monkeypatch.setattr(sealing, "PATIENCE", 20.0)
    threading.Timer(0.3, finish.set).start()
    assert seal() == 2
    writer.join()
    assert [(one.seal, one.records) for one in verify()] == [(1, 2)]
