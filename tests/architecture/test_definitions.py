"""Every definition of every service, and every example in it: read, published, shown on each page in each language.

`examples()` gives each procedure with each filled-in form, also to tests that go on from there and file it.
"""

import json
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone, translation
from jsonschema import Draft202012Validator

from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.forms import PageForm, asked_pages
from madang.kernel.procedures.queries import definition_files
from madang.kernel.procedures.rules import Procedure, parts_of, repeat_of
from madang.kernel.procedures.rules.answers import check
from madang.kernel.procedures.rules.reading import World, dated, read
from madang.kernel.procedures.rules.reference import schema
from madang.kernel.procedures.rules.schema import form_schema
from madang.kernel.procedures.rules.shown import shown
from madang.kernel.procedures.rules.source import read_source
from madang.kernel.procedures.rules.stages import MOVES

FILES = definition_files()
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def procedures() -> list[Procedure]:
    """Every definition that can be read; those that cannot are told by the first test."""
    readings = [
        read(file.path.read_text("utf-8"), World(timezone.localdate(), LANGUAGES, file.service)) for file in FILES
    ]
    return [reading.procedure for reading in readings if reading.procedure is not None]


def examples() -> list[Any]:
    """Each example of each definition, with its answers as they are kept today."""
    today = timezone.localdate()
    return [
        pytest.param(one, check(one.form, dated(one.form, example, today), today).data, id=f"{one.id}-{number}")
        for one in procedures()
        for number, example in enumerate(one.examples)
    ]


@pytest.mark.parametrize("file", FILES, ids=[file.path.stem for file in FILES])
def test_a_definition_has_no_mistake(file: Any):
    text = file.path.read_text("utf-8")
    assert read(text, World(timezone.localdate(), LANGUAGES, file.service)).lines(file.path.name) == []
    as_json = json.loads(json.dumps(read_source(text).data, default=str))
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(as_json)] == []


def test_every_definition_has_an_id_of_its_own():
    ids = [one.id for one in procedures()]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("procedure", [pytest.param(one, id=one.id) for one in procedures()])
def test_a_definition_is_published_and_reads_back_as_it_was(procedure: Procedure, db: None):
    version = publish(procedure)
    version.refresh_from_db()
    assert type(version).objects.get(pk=version.pk).definition == procedure
    assert publish(procedure).pk == version.pk
    assert procedure.final_stages
    assert set(procedure.may) <= set(MOVES)


@pytest.mark.parametrize(("procedure", "data"), examples())
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_is_filled_in_page_by_page(procedure: Procedure, data: dict[str, Any], language: str):
    answers: dict[str, Any] = {}
    with translation.override(language):
        for number in asked_pages(procedure, data):
            fields = {field.id for field in procedure.pages[number]}
            empty = render_to_string("procedures/page.html", {"form": PageForm(procedure, number, answers=answers)})
            filled = PageForm(procedure, number, answers=answers | {name: data[name] for name in fields & data.keys()})
            assert render_to_string("procedures/page.html", {"form": filled})
            for field in procedure.pages[number]:
                if not field.when:
                    assert field.label.text(language) in empty
            form = PageForm(procedure, number, answers=answers, data=_typed(procedure, number, data))
            assert form.is_valid(), form.errors
            answers = form.answers
        lines = shown(procedure.form, data, language, translation.gettext)
    asked = {name: value for name, value in data.items() if not _is_file(procedure, name)}
    assert answers == asked
    assert {line.path.partition(".")[0] for line in lines} == set(data)
    Draft202012Validator(form_schema(procedure, language)).validate(data)


def _is_file(procedure: Procedure, name: str) -> bool:
    return any(field.id == name and field.type == "file" for field in procedure.form)


def _typed(procedure: Procedure, number: int, data: dict[str, Any]) -> QueryDict:
    """What a browser sends when somebody fills in the page as the example does; files belong to persons, not here."""
    sent = QueryDict(mutable=True)
    for field in procedure.pages[number]:
        value = data.get(field.id)
        if value is not None and field.type != "file":
            rows = value if repeat_of(field) else None
            for at, row in enumerate(rows or ()):
                _put(sent, f"{field.id}-{at}-", row)
            if rows is not None:
                sent[f"{field.id}-TOTAL_FORMS"], sent[f"{field.id}-INITIAL_FORMS"] = len(rows), 0
            elif parts_of(field):
                _put(sent, f"{field.id}.", value)
            else:
                _put(sent, "", {field.id: value})
    return sent


def _put(sent: QueryDict, prefix: str, answers: dict[str, Any]) -> None:
    for name, value in answers.items():
        if isinstance(value, dict):
            _put(sent, f"{prefix}{name}.", value)
        elif isinstance(value, list):
            sent.setlist(prefix + name, value)
        else:
            sent[prefix + name] = str(value).lower() if isinstance(value, bool) else str(value)
