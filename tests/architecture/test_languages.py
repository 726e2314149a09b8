"""Whatever people read, they read in each language of the site: nothing missing, guessed, or said in two ways."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from .messages import catalogue, catalogue_path, messages_of, missing, translation
from .tree import APPS, IDS, ROOT, App, short

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Messages are written in English; every other language is a catalogue.
TRANSLATED = [code for code in LANGUAGES if code != "en"]
BLANKS = re.compile(r"%\((\w+)\)|%([sd])|{(\w*)}")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_every_message_is_translated(app: App, language: str):
    lines = "\n".join(f"{message.place}: {message.text!r}" for message in missing(app, language))
    assert not lines, f"put these into {short(catalogue_path(app, language))}:\n{lines}"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_translations_fill_the_same_blanks(app: App, language: str):
    wrong = []
    for message in messages_of(app):
        allowed = _blanks(message.text) | _blanks(message.plural)
        for text in translation(app, language, message):
            if _blanks(text) != _blanks(message.plural or message.text) and not _blanks(text) <= allowed:
                wrong.append(f"{message.place}: {message.text!r} -> {text!r}")
            if message.text.startswith("\n") != text.startswith("\n") or message.text.endswith("\n") != text.endswith(
                "\n"
            ):
                wrong.append(f"{message.place}: begin and end {text!r} as the message does")
    assert not wrong, "\n".join(wrong)


def _blanks(text: str) -> set[str]:
    return {"".join(found) for found in BLANKS.findall(text)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_guessed(language: str):
    fuzzy = [
        f"{app.label}: {entry.id}" for app in APPS for entry in catalogue(app, language) if entry.id and entry.fuzzy
    ]
    assert not fuzzy, "check these and take the mark away:\n" + "\n".join(fuzzy)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_message_means_the_same_everywhere(language: str):
    """The catalogues of all apps are read as one: a message with two translations needs a context (pgettext)."""
    said: dict[tuple[str | None, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for app in APPS:
        for entry in catalogue(app, language):
            if entry.id:
                one = entry.id if isinstance(entry.id, str) else entry.id[0]
                text = entry.string if isinstance(entry.string, str) else entry.string[0]
                said[entry.context, one][text].append(app.label)
    both = [f"{message!r}: {dict(texts)}" for (_context, message), texts in said.items() if len(texts) > 1]
    assert not both, "\n".join(both)


def _texts(value: Any, where: str) -> Iterator[str]:
    """The places below a value whose texts are not there in every language."""
    if isinstance(value, dict):
        if value.keys() & set(LANGUAGES) and all(isinstance(text, str) for text in value.values()):
            if any(not value.get(language) for language in LANGUAGES):
                yield f"{where}: {value}"
        else:
            for key, inner in value.items():
                yield from _texts(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{where}[{number}]")


def _data_files() -> list[Path]:
    inside = [path for suffix in ("yaml", "json") for path in (ROOT / "madang").rglob(f"*.{suffix}")]
    return [*(path for path in inside if "tests" not in path.parts), *settings.COUNTRY_PACK.glob("*.json")]


def test_texts_beside_the_code_are_there_in_every_language():
    lacking = []
    for path in _data_files():
        text = path.read_text("utf-8")
        value = json.loads(text) if path.suffix == ".json" else YAML(typ="safe").load(text)
        lacking += list(_texts(value, short(path) if path.is_relative_to(ROOT) else path.name))
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_every_notice_is_written_in_every_language(app: App):
    notices = [path for path in app.templates() if path.suffix == ".txt" and "notices" in path.parts]
    wanted = {path.with_suffix("").with_suffix("") for path in notices}
    lacking = [
        f"{short(name)}.{language}.txt"
        for name in wanted
        for language in LANGUAGES
        if not name.with_name(f"{name.name}.{language}.txt").exists()
    ]
    assert not lacking, f"write these: {lacking}"
