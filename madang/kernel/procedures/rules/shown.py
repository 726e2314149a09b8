"""Answers as people read them: on the page before filing, in the case, in a notice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .fields import ChoiceField, ChoicesField, FieldBase, parts_of, repeat_of
from .problems import _
from .secrets import Hidden


@dataclass(frozen=True)
class Shown:
    """One answer in one language: a text, or for files their tokens in `files`. `path` leads to the field."""

    path: str
    type: str
    label: str
    text: str
    files: tuple[str, ...] = ()


def shown(
    form: Sequence[FieldBase], data: Mapping[str, Any], language: str, translate: Callable[[str], str] = _
) -> list[Shown]:
    """The answers that were given, in the order of the form; a group and each of several people line by line."""
    return list(_shown(form, data, language, translate, "", ""))


def _shown(
    form: Sequence[FieldBase],
    data: Mapping[str, Any],
    language: str,
    translate: Callable[[str], str],
    path: str,
    around: str,
) -> Iterator[Shown]:
    for field in form:
        value = data.get(field.id)
        if value is None:
            continue
        here, label = f"{path}{field.id}", around + field.label.text(language)
        parts = parts_of(field)
        if isinstance(value, Hidden):
            yield Shown(here, field.type, label, value)
            continue
        if repeat_of(field):
            for at, row in enumerate(value):
                yield from _shown(parts, row, language, translate, f"{here}.{at}.", f"{label} {at + 1} · ")
        elif field.type in _ONE_LINE:
            yield Shown(here, field.type, label, _ONE_LINE[field.type](value))
        elif parts:
            yield from _shown(parts, value, language, translate, f"{here}.", f"{label} · ")
        elif field.type == "file":
            yield Shown(here, field.type, label, "", tuple(value))
        else:
            yield Shown(here, field.type, label, _text(field, value, language, translate))


def _address(value: Mapping[str, Any]) -> str:
    line = ", ".join(value[part] for part in ("street", "detail") if part in value)
    return f"{line} ({value['postcode']})" if "postcode" in value else line


def _place(value: Mapping[str, Any]) -> str:
    point = f"{value['lat']}, {value['lon']}" if "lat" in value else ""
    return f"{value['address']} ({point})" if "address" in value and point else value.get("address", point)


_ONE_LINE: dict[str, Callable[[Mapping[str, Any]], str]] = {"address": _address, "place": _place}


def _text(field: FieldBase, value: Any, language: str, translate: Callable[[str], str]) -> str:
    if isinstance(field, (ChoiceField, ChoicesField)):
        labels = {option.value: option.label.text(language) for option in field.options}
        return ", ".join(labels[one] for one in ([value] if isinstance(value, str) else value))
    if isinstance(value, bool):
        return translate(_("Yes")) if value else translate(_("No"))
    if field.type in ("number", "money"):
        return f"{value:,}"
    return str(value)
