"""What people read: every message in Python and templates, and the catalogues that translate them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from .tree import APPS, ROOT, App, short, syntax

# How many leading texts each function takes as messages, and at which place the context stands.
FUNCTIONS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (2, None)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, 0)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (2, 0)),
}


@dataclass(frozen=True)
class Message:
    """One message and the first place that says it; `plural` is the English plural, where it counts something."""

    text: str
    place: str
    context: str | None = None
    plural: str = ""

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def in_python(path: Path) -> Iterator[Message]:
    """The messages of a module: constant texts given to a function that translates or marks."""
    for node in ast.walk(syntax(path)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in FUNCTIONS:
            continue
        number, context_at = FUNCTIONS[name]
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        context = texts.pop(0) if context_at is not None and texts else None
        if texts and texts[0]:
            plural = texts[1] if number == 2 and len(texts) > 1 else ""
            yield Message(texts[0], f"{short(path)}:{node.lineno}", context, plural)


def in_template(path: Path) -> Iterator[Message]:
    """The messages of a template: {% translate %}, {% blocktranslate %} and _("...")."""
    # What is no message is blotted out; what is left is read as Python, which minds how lines begin.
    source = "\n".join(line.strip() for line in templatize(path.read_text("utf-8")).split("\n"))
    for line, found, _comments, context in extract("python", BytesIO(source.encode()), keywords=_KEYWORDS):
        text, plural = found if isinstance(found, tuple) else (found, "")
        yield Message(text, f"{short(path)}:{line}", context, plural)


_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@cache
def messages_of(app: App) -> tuple[Message, ...]:
    """Every message of an app, each once; those of the site's own modules are looked after by common."""
    own = sorted((ROOT / "madang").glob("*.py")) if app.label == "common" else []
    found: dict[tuple[str | None, str], Message] = {}
    for path in [*app.modules(), *own]:
        for message in in_python(path):
            found.setdefault(message.key, message)
    for path in app.templates():
        for message in in_template(path):
            found.setdefault(message.key, message)
    return tuple(found.values())


def catalogue_path(app: App, language: str) -> Path:
    return app.path / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def catalogue(app: App, language: str) -> Catalog:
    """What an app says in a language; empty where it says nothing."""
    path = catalogue_path(app, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def translation(app: App, language: str, message: Message) -> list[str]:
    """The translations of a message (one for each plural form of the language); none where it is not translated."""
    entry = catalogue(app, language).get(message.text, message.context)
    if entry is None or entry.fuzzy:
        return []
    texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
    return list(texts) if all(texts) else []


def missing(app: App, language: str) -> list[Message]:
    """What an app says without a translation."""
    return [message for message in messages_of(app) if not translation(app, language, message)]


if __name__ == "__main__":
    # python -m tests.architecture.messages: what has still to be translated, as entries of a catalogue.
    import django

    django.setup()
    for one in APPS:
        for message in missing(one, "ko"):
            print(f"{one.label}\t{message.place}\t{message.context or ''}\t{message.text!r}\t{message.plural!r}")
