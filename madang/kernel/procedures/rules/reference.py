"""The reference of the language, made from the language itself: a page for people and a JSON Schema for editors."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .checks import Step
from .fields import FieldBase, Option, Repeat
from .problems import _
from .procedure import ExtensionRule, FeedbackRule, Keep, Offer, Procedure
from .skeleton import skeleton
from .stages import Stage
from .wording import FIELD_TYPES, NOT_YET

Translate = Callable[[str], str]
_PARTS: list[tuple[str, type[BaseModel]]] = [
    ("offered_by", Offer),
    ("steps", Step),
    ("stages", Stage),
    ("extension", ExtensionRule),
    ("feedback", FeedbackRule),
    ("keep", Keep),
]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a definition."""
    made = Procedure.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "procedure.schema.json", **made}


def page(translate: Translate = _) -> str:
    """The reference as Markdown, in one language."""
    return "\n".join(_page(translate)).rstrip() + "\n"


def _page(t: Translate) -> Iterator[str]:
    yield f"# {t(_('Procedures: the language of definitions'))}\n"
    yield t(
        _(
            "A procedure is one thing a person can ask for. It is one YAML file in the folder `procedures` of its "
            "service; no program has to be written. Write only what differs from the default."
        )
    )
    yield "\n```sh"
    yield f"./manage.py new_procedure petitions.street-lamp   # {t(_('writes a beginning that loads as it is'))}"
    yield f"./manage.py load_procedures --check               # {t(_('tells every mistake, its line and its remedy'))}"
    yield f"./manage.py load_procedures                       # {t(_('publishes what is new'))}"
    yield "```\n"
    yield t(
        _(
            "Publishing makes a version that never changes, and a case keeps the version it began with. The id, the "
            "prefix, the type of a field and whether a stage is final stay as they were published; all else may change."
        )
    )
    yield f"\n```yaml\n{skeleton('petitions.street-lamp', 'docs/reference/procedure.schema.json', t)}```\n"
    yield f"## {t(_('Keys of a procedure'))}\n"
    yield from _table(Procedure, t)
    for name, part in _PARTS:
        yield f"\n### `{name}`: {t(_sentence(part))}\n"
        yield from _table(part, t)
    yield f"\n## {t(_('Keys of every field'))}\n"
    yield from _table(FieldBase, t)
    yield f"\n## {t(_('Types of fields'))}\n"
    yield f"| `type` | {t(_('asks for'))} | {t(_('further keys'))} |\n|---|---|---|"
    for name, one in FIELD_TYPES.items():
        own = ", ".join(f"`{key}`" for key in one.model_fields if key not in FieldBase.model_fields)
        yield f"| `{name}` | {t(_sentence(one))} | {own} |"
    for name, one in FIELD_TYPES.items():
        own = [key for key in one.model_fields if key not in FieldBase.model_fields]
        if own:
            yield f"\n### `type: {name}`\n"
            yield from _table(one, t, own)
    yield f"\n### `options`: {t(_sentence(Option))}\n"
    yield from _table(Option, t)
    yield f"\n### `repeat`: {t(_sentence(Repeat))}\n"
    yield from _table(Repeat, t)
    yield f"\n## {t(_('Not supported yet'))}\n"
    yield t(_("These keys are refused, so that nobody relies on what does not happen."))
    yield f"\n| {t(_('key'))} | {t(_('until then'))} |\n|---|---|"
    yield from (f"| `{key}` | {t(meanwhile)} |" for key, meanwhile in NOT_YET.items())


def _table(part: type[BaseModel], t: Translate, keys: list[str] | None = None) -> Iterator[str]:
    properties = part.model_json_schema()
    yield f"| {t(_('key'))} | {t(_('is'))} | {t(_('left out'))} | {t(_('means'))} |\n|---|---|---|---|"
    for key, info in part.model_fields.items():
        if keys is None or key in keys:
            kind = _kind(properties["properties"][key], properties.get("$defs", {}), t)
            yield f"| `{key}` | {kind} | {_default(info, t)} | {t(info.description or _('The type of the field.'))} |"


def _default(info: FieldInfo, t: Translate) -> str:
    if info.is_required():
        return f"**{t(_('required'))}**"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_defaults=False)
    if value in (None, (), {}, "", 10**15) or (isinstance(value, dict) and len(value) > 3):
        return "–"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(schema: dict[str, Any], known: dict[str, Any], t: Translate) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "`{ko, en}`" if name == "Localized" else t(_("keys, see below"))
    if "anyOf" in schema:
        kinds = [_kind(one, known, t) for one in schema["anyOf"] if one.get("type") != "null"]
        return t(_(" or ")).join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return t(_("list of: %(kind)s")) % {"kind": _kind(schema.get("items", {}), known, t)}
    if schema.get("type") == "object":
        return t(_("keys and values"))
    if schema.get("type") in ("integer", "number"):
        least, most = schema.get("minimum"), schema.get("maximum")
        kind = t(_("whole number")) if schema["type"] == "integer" else t(_("number"))
        return f"{kind}, {least}–{most}" if most is not None and most < 10**9 else kind
    return {"boolean": "`true`, `false`", "string": t(_("text"))}.get(str(schema.get("type")), t(_("field")))


def _sentence(part: type[BaseModel]) -> str:
    return (part.__doc__ or "").strip().partition("\n")[0]
