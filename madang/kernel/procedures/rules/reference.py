"""The reference of the language, made from the language itself: a page for people and a JSON Schema for editors."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .checks import Step
from .fields import FieldBase, Option, Repeat
from .problems import _
from .procedure import ExtensionRule, FeedbackRule, Keep, Offer, Procedure, SignIn
from .skeleton import skeleton
from .stages import Stage
from .wording import FIELD_TYPES, NOT_YET, NOT_YET_IN_STAGES

Translate = Callable[[str], str]

# The parts of a procedure by their keys, and what each is.
_PARTS: list[tuple[str, type[BaseModel], str]] = [
    ("offered_by", Offer, _("which institutions offer it")),
    ("steps", Step, _("one page of a long form")),
    ("stages", Stage, _("where a case can stand")),
    ("extension", ExtensionRule, _("how often the deadline may be extended, each time by at most its own length")),
    ("feedback", FeedbackRule, _("what the applicant may do with the answer")),
    ("sign_in", SignIn, _("how one must have signed in to file it")),
    ("keep", Keep, _("how long a case is kept after it was closed")),
]
_FIELD_PARTS: list[tuple[str, type[BaseModel], str]] = [
    ("options", Option, _("one answer to choose")),
    ("repeat", Repeat, _("how often a group may be filled in")),
]
_ASKS_FOR = {
    "text": _("one line of text"),
    "textarea": _("several lines of text"),
    "number": _("a number"),
    "money": _("an amount in the smallest unit of the country's currency"),
    "date": _("a day"),
    "choice": _("one of several answers"),
    "choices": _("any number of several answers"),
    "yesno": _("yes or no"),
    "email": _("an e-mail address"),
    "phone": _("a telephone number"),
    "resident_number": _(
        "the number by which the state knows a person; always secret, checked as the country pack says"
    ),
    "account_number": _("the number of a bank account; always secret"),
    "file": _("files, of the kinds and sizes that the platform accepts"),
    "address": _("a postal address: street, detail, postcode"),
    "place": _("a place: a point on the map, words that describe it, or both"),
    "people": _("several people: name, date of birth, telephone"),
    "group": _("several fields that belong together, once or, with `repeat`, several times"),
}
_COMMANDS = [
    ("./manage.py new_procedure petitions.street-lamp", _("writes a beginning that loads as it is")),
    ("./manage.py load_procedures --check", _("tells every mistake, its line and its remedy")),
    ("./manage.py load_procedures", _("publishes what is new")),
]
_HEADINGS = {
    "title": _("Procedures: the language of definitions"),
    "procedure": _("Keys of a procedure"),
    "field": _("Keys of every field"),
    "types": _("Types of fields"),
    "later": _("Not supported yet"),
    "key": _("name of the key"),
    "is": _("what it takes"),
    "default": _("when left out"),
    "means": _("what it means"),
    "asks": _("what it asks for"),
    "further": _("further keys"),
    "until": _("until then"),
    "required": _("must be written"),
    "type": _("The type of the field."),
}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a definition."""
    made = Procedure.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "procedure.schema.json", **made}


def page(translate: Translate = _) -> str:
    """The reference as Markdown, in one language."""
    return "\n".join(_page(translate)).rstrip() + "\n"


def _page(t: Translate) -> Iterator[str]:
    words = {name: t(text) for name, text in _HEADINGS.items()}
    yield f"# {words['title']}\n"
    yield t(
        _(
            "A procedure is one thing a person can ask for. It is one YAML file in the folder `procedures` of its "
            "service; no program has to be written. Write only what differs from the default."
        )
    )
    yield "\n```sh"
    yield from (f"{command:<50}# {t(does)}" for command, does in _COMMANDS)
    yield "```\n"
    yield t(
        _(
            "Publishing makes a version that never changes, and a case keeps the version it began with. The id, the "
            "prefix, the type of a field and whether a stage is final stay as they were published; all else may change."
        )
    )
    yield f"\n```yaml\n{skeleton('petitions.street-lamp', 'docs/reference/procedure.schema.json', t)}```\n"
    yield f"## {words['procedure']}\n"
    yield from _table(Procedure, t, words)
    yield from _tables(_PARTS, t, words)
    yield f"\n## {words['field']}\n"
    yield from _table(FieldBase, t, words)
    yield f"\n## {words['types']}\n"
    yield f"| `type` | {words['asks']} | {words['further']} |\n|---|---|---|"
    for name, one in FIELD_TYPES.items():
        keys = ", ".join(f"`{key}`" for key in _own(one))
        yield f"| `{name}` | {t(_ASKS_FOR[name])} | {keys} |"
    for name, one in FIELD_TYPES.items():
        own = _own(one)
        if own:
            yield f"\n### `type: {name}`\n"
            yield from _table(one, t, words, own)
    yield from _tables(_FIELD_PARTS, t, words)
    yield f"\n## {words['later']}\n"
    yield t(_("These keys are refused, so that nobody relies on what does not happen."))
    yield f"\n| {words['key']} | {words['until']} |\n|---|---|"
    later = NOT_YET | {f"stages: {key}": meanwhile for key, meanwhile in NOT_YET_IN_STAGES.items()}
    yield from (f"| `{key}` | {t(meanwhile)} |" for key, meanwhile in later.items())


def _own(field: type[FieldBase]) -> list[str]:
    return [key for key in field.model_fields if key not in FieldBase.model_fields]


def _tables(parts: list[tuple[str, type[BaseModel], str]], t: Translate, words: dict[str, str]) -> Iterator[str]:
    for name, part, about in parts:
        yield f"\n### `{name}`: {t(about)}\n"
        yield from _table(part, t, words)


def _table(part: type[BaseModel], t: Translate, words: dict[str, str], keys: list[str] | None = None) -> Iterator[str]:
    properties = part.model_json_schema()
    yield f"| {words['key']} | {words['is']} | {words['default']} | {words['means']} |\n|---|---|---|---|"
    for key, info in part.model_fields.items():
        if keys is None or key in keys:
            kind = _kind(properties["properties"][key], t)
            meaning = t(info.description) if info.description else words["type"]
            yield f"| `{key}` | {kind} | {_default(info, words)} | {meaning} |"


def _default(info: FieldInfo, words: dict[str, str]) -> str:
    if info.is_required():
        return f"**{words['required']}**"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if value in (None, (), {}, 10**15) or (isinstance(value, dict) and len(value) > 3):
        return "–"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(schema: dict[str, Any], t: Translate) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "`{ko, en}`" if name == "Localized" else t(_("keys, see below"))
    if "anyOf" in schema:
        kinds = [_kind(one, t) for one in schema["anyOf"] if one.get("type") != "null"]
        return t(_(" or ")).join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return t(_("list of: %(kind)s")) % {"kind": _kind(schema.get("items", {}), t)}
    if schema.get("type") == "object":
        return t(_("keys and values"))
    if schema.get("type") in ("integer", "number"):
        least, most = schema.get("minimum"), schema.get("maximum")
        kind = t(_("a whole number")) if schema["type"] == "integer" else t(_("a number"))
        return f"{kind}, {least}–{most}" if most is not None and most < 10**9 else kind
    return {"boolean": "`true`, `false`", "string": t(_("a text"))}.get(str(schema.get("type")), t(_("a field")))
