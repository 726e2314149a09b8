"""The commands with which definitions are begun, checked, published and described."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from madang.kernel.procedures.management.commands import load_procedures, new_procedure
from madang.kernel.procedures.management.commands.procedure_reference import documents
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import DefinitionFile, definition_files
from madang.kernel.procedures.rules.reading import World, read
from madang.kernel.procedures.rules.skeleton import skeleton

from .conftest import TEXT, TODAY


def load(*arguments: Any) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("load_procedures", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_file_is_published_once(db: None, tmp_path: Path):
    file = tmp_path / "everything.yaml"
    file.write_text(TEXT)
    assert "version 1, new" in load(file)
    assert "version 1, unchanged" in load(tmp_path)
    file.write_text(TEXT.replace("en: Everything", "en: Everything else"))
    assert "would be version 2" in load("--check", file)
    assert Version.objects.count() == 1
    assert "version 2, new" in load(file)


def test_one_mistake_anywhere_publishes_nothing(db: None, tmp_path: Path):
    (tmp_path / "a.yaml").write_text(TEXT)
    (tmp_path / "b.yaml").write_text(TEXT.replace("law:", "lawe:"))
    (tmp_path / "c.yaml").write_bytes("id: x\n제목".encode("euc-kr"))
    (tmp_path / "d.yaml").write_text(TEXT)
    out = StringIO()
    with (
        translation.override("en"),
        pytest.raises(CommandError, match="3 mistakes in definitions; nothing was published"),
    ):
        call_command("load_procedures", tmp_path, stdout=out, stderr=out)
    assert [line.removeprefix(f"{tmp_path}/") for line in out.getvalue().splitlines()] == [
        "b.yaml:5: there is no key `lawe` here — did you mean “law”?",
        "c.yaml:2: this is not UTF-8 text — save the file as UTF-8.",
        f"d.yaml:1: “tests.everything” is defined in {tmp_path}/a.yaml already — give this procedure another id.",
    ]
    assert not Version.objects.exists()


def test_a_forbidden_change_is_told_on_its_line(published: Any, tmp_path: Path):
    file = tmp_path / "x.yaml"
    file.write_text(TEXT.replace("prefix: EVE", "prefix: ALL"))
    out = StringIO()
    with translation.override("en"), pytest.raises(CommandError):
        call_command("load_procedures", file, stdout=out, stderr=out)
    assert out.getvalue().startswith(f"{file}:13: the numbers of cases begin with “EVE” and would begin with “ALL”")


def test_kinds_are_compared_with_the_institutions_there_are(town: Any, tmp_path: Path):
    file = tmp_path / "x.yaml"
    file.write_text(TEXT.replace("institutions: [ministry]", "institutions: [twon]"))
    out = StringIO()
    with translation.override("en"), pytest.raises(CommandError):
        call_command("load_procedures", file, stdout=out, stderr=out)
    assert (
        out.getvalue().strip() == f"{file}:6: no institution has “twon” among its institutions — did you mean “town”?"
    )


def test_a_path_that_is_not_there(db: None, tmp_path: Path):
    with pytest.raises(CommandError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_a_file_of_a_service_must_bear_its_name(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "x.yaml"
    file.write_text(TEXT)
    monkeypatch.setattr(load_procedures, "definition_files", lambda: [DefinitionFile(file, "petitions")])
    with pytest.raises(CommandError):
        load()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_new_procedure_loads_as_it_is_written(language: str):
    with translation.override(language):
        text = skeleton("tests.new-one", "schema.json", translation.gettext)
    reading = read(text, World(TODAY, service="tests"))
    assert reading.problems == ()
    assert reading.procedure is not None
    assert reading.procedure.number_prefix == "TES"
    offered = text.replace("# stages:", "stages:").replace("#   ", "  ")
    assert [*read(offered, World(TODAY)).procedure.stages][:2] == ["received", "reviewed"]  # type: ignore[union-attr]


def test_new_procedure_writes_a_file_in_its_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(new_procedure, "services", lambda: {"petitions": tmp_path})
    out = StringIO()
    call_command("new_procedure", "petitions.street-lamp", stdout=out)
    file = tmp_path / "procedures" / "street-lamp.yaml"
    assert out.getvalue().strip() == str(file)
    assert read(file.read_text(), World(TODAY, service="petitions")).problems == ()
    for wrong in ("petitions.street-lamp", "nowhere.x", "Petitions.X", "petitions", "petitions.../../x"):
        with pytest.raises(CommandError):
            call_command("new_procedure", wrong)
    assert [one.name for one in tmp_path.rglob("*.yaml")] == ["street-lamp.yaml"]


def test_definitions_are_found_by_folder():
    assert all(file.path.parent.name == "procedures" and file.service for file in definition_files())


@pytest.mark.parametrize("name", [*documents()])
def test_the_reference_is_up_to_date(name: str):
    assert (settings.BASE_DIR / name).read_text() == documents()[name], "run ./manage.py procedure_reference"
