"""Which answers are secret, and how one is shown to who may not read it. What turns them into ciphertext is elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .fields import FieldBase, parts_of, repeat_of
from .identifiers import STARS, TYPES, identifier


class Hidden(str):
    """An answer that was given and is not shown: a mask in its place."""


def is_secret(field: FieldBase) -> bool:
    """Whether the answers to a field are kept encrypted: because the definition says so, or by what they are."""
    return field.secret or field.type in TYPES


def has_secrets(form: Sequence[FieldBase]) -> bool:
    """Whether a form asks for anything secret."""
    return any(is_secret(field) or has_secrets(parts_of(field)) for field in form)


def turn_secrets(
    form: Sequence[FieldBase], data: Mapping[str, Any], turn: Callable[[str, Any], Any], path: str = ""
) -> dict[str, Any]:
    """A copy of the answers with `turn(path, answer)` in place of each secret one."""
    turned = dict(data)
    for field in form:
        if field.id not in turned:
            continue
        value, here = turned[field.id], f"{path}{field.id}"
        if is_secret(field):
            turned[field.id] = turn(here, value)
        elif has_secrets(parts_of(field)):
            parts = parts_of(field)
            turned[field.id] = (
                [turn_secrets(parts, row, turn, f"{here}.{at}.") for at, row in enumerate(value)]
                if repeat_of(field)
                else turn_secrets(parts, value, turn, f"{here}.")
            )
    return turned


def mask(form: Sequence[FieldBase], path: str, value: Any) -> Hidden:
    """What is shown of a secret answer: of a number as much as the country's pack says, of all else nothing."""
    field = field_at(form, path)
    shown = isinstance(value, str) and field is not None and field.type in TYPES
    return Hidden(identifier(field.type).masked(value) if shown and field else STARS)


def field_at(form: Sequence[FieldBase], path: str) -> FieldBase | None:
    """The field to which a path such as `members.1.number` leads."""
    name, _dot, rest = path.partition(".")
    field = next((one for one in form if one.id == name), None)
    if field is None or not rest:
        return field
    row, _dot, inner = rest.partition(".")
    return field_at(parts_of(field), inner if row.isdecimal() else rest)
