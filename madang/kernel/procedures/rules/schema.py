"""A procedure's form as JSON Schema (2020-12), for programs that file through the API."""

from collections.abc import Sequence
from typing import Any

from .fields import (
    ChoiceField,
    ChoicesField,
    FieldBase,
    FileField,
    MoneyField,
    NumberField,
    TextareaField,
    TextField,
    parts_of,
    repeat_of,
)
from .procedure import Procedure

_PLAIN: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "yesno": {"type": "boolean"},
    "email": {"type": "string", "format": "email", "maxLength": 254},
    "phone": {"type": "string", "maxLength": 40},
    "resident_number": {"type": "string", "maxLength": 40},
    "account_number": {"type": "string", "maxLength": 40},
}


def form_schema(procedure: Procedure, language: str) -> dict[str, Any]:
    """What the API accepts as `data` when a case of this procedure is filed.

    The server checks more than a schema can say: days relative to today, the length of all answers.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": procedure.title.text(language),
        **_object(procedure.form, language),
    }


def _object(form: Sequence[FieldBase], language: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.id: _field(field, language) for field in form},
    }
    required = [field.id for field in form if field.required and not field.when]
    conditional = [_when(field) for field in form if field.required and field.when]
    if required:
        schema["required"] = required
    if conditional:
        schema["allOf"] = conditional
    return schema


def _when(field: FieldBase) -> dict[str, Any]:
    """Required only if the fields it depends on are answered so."""
    conditions = {
        other: {"anyOf": [{"enum": list(answers)}, {"type": "array", "contains": {"enum": list(answers)}}]}
        for other, answers in field.when.items()
    }
    return {
        "if": {"properties": conditions, "required": list(conditions)},
        "then": {"required": [field.id]},
    }


def _field(field: FieldBase, language: str) -> dict[str, Any]:
    words = {"title": field.label.text(language)}
    if field.help:
        words["description"] = field.help.text(language)
    return words | _value(field, language)


def _value(field: FieldBase, language: str) -> dict[str, Any]:
    repeat = repeat_of(field)
    if repeat:
        items = _object(parts_of(field), language)
        return {"type": "array", "items": items, "minItems": repeat.min, "maxItems": repeat.max}
    if parts_of(field):
        return _object(parts_of(field), language)
    if isinstance(field, (TextField, TextareaField)):
        return {"type": "string", "maxLength": field.max_length} | ({"minLength": 1} if field.required else {})
    if isinstance(field, (NumberField, MoneyField)):
        limits = {"minimum": field.min, "maximum": field.max}
        whole = isinstance(field, MoneyField) or not field.decimals
        return {"type": "integer" if whole else "number"} | {
            name: limit for name, limit in limits.items() if limit is not None
        }
    if isinstance(field, (ChoiceField, ChoicesField)):
        one_of = {"oneOf": [{"const": option.value, "title": option.label.text(language)} for option in field.options]}
        if isinstance(field, ChoiceField):
            return {"type": "string", **one_of}
        least = {"minItems": 1} if field.required else {}
        return {"type": "array", "items": {"type": "string", **one_of}, "uniqueItems": True} | least
    if isinstance(field, FileField):
        return {"type": "array", "items": {"type": "string"}, "maxItems": field.max_files} | (
            {"minItems": 1} if field.required else {}
        )
    return dict(_PLAIN[field.type])
