"""What the type checker says about a definition, in the words of the person who wrote it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .checks import Step
from .fields import AnyField, FieldBase, Option, Repeat
from .problems import DefinitionError, Path, Problem, _, choose, listed, wrong
from .procedure import ExtensionRule, FeedbackRule, Keep, Offer, Procedure, SignIn
from .stages import Stage
from .texts import Part

FIELD_TYPES: dict[str, type[FieldBase]] = {
    get_args(one.model_fields["type"].annotation)[0]: one for one in get_args(get_args(AnyField)[0])
}
_PARTS: dict[str, type[Part]] = {
    "offered_by": Offer,
    "extension": ExtensionRule,
    "feedback": FeedbackRule,
    "sign_in": SignIn,
    "keep": Keep,
    "repeat": Repeat,
    "options": Option,
    "steps": Step,
    "stages": Stage,
}

# Keys of the language whose engine is still to be built, and how things are until then.
NOT_YET = {
    "cosign": _("everybody files alone"),
    "fee": _("every service is free of charge"),
    "prefill": _("the person fills in every field"),
    "result": _("the answer is a text by the officer"),
    "open_to": _("everybody who signed in may file"),
    "notify": _("the applicant is told of everything, and the office of what it has to do"),
}
NOT_YET_IN_STAGES = {
    "do": _("officers carry the decision out themselves"),
}

_PATTERNS = {
    "^[A-Z]": _("write 1 to 6 capital letters, for example PET."),
    r"\.": _("write `service.name` in small letters and digits, for example residents.move-in."),
    "": _("write small letters, digits and `_`, beginning with a letter."),
}
_TYPES = {
    "bool": _("write true or false."),
    "int": _("write a whole number, without quotes."),
    "float": _("write a number, without quotes."),
    "string": _("write a text; put numbers, dates, true and false in quotes where a text is meant."),
    "tuple": _("write a list: [one, two]."),
    "dict": _("write keys and values: {key: value}."),
    "model": _("write keys and values: {key: value}."),
}


def unknown_keys(error: ValidationError, data: Any) -> list[Problem]:
    """The keys of a definition that nobody knows."""
    details = [detail for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"]
    return [_unknown_key(_path(detail, data)[0], data) for detail in details]


def explain(error: ValidationError, data: Any) -> Iterator[Problem]:
    """The problems of a definition without unknown keys, each where it lies in the data as written."""
    told: set[Path] = set()
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # Enough were written; what is wrong with each of them is told beside it.
        path, at_key = _path(detail, data)
        inner = detail.get("ctx", {}).get("error")
        if isinstance(inner, DefinitionError):
            yield from (problem.within(path) for problem in inner.problems)
        elif path not in told or detail["type"] == "missing":
            # A value that fits none of several types is told once for each; once is enough.
            told.add(path)
            yield _explain(detail, path, at_key, data)


def _path(detail: ErrorDetails, data: Any) -> tuple[Path, bool]:
    """The error's place in the data, without the names of the types that the checker tried on the way."""
    path: list[str | int] = []
    last = detail["loc"][-1:] if detail["type"] in ("missing", "extra_forbidden") else ()
    for step in detail["loc"][: len(detail["loc"]) - len(last)]:
        is_type = (
            len(path) > 1 and path[-2] in ("form", "fields") and isinstance(data, Mapping) and step == data.get("type")
        )
        if not is_type and (
            (isinstance(data, Mapping) and step in data) or (isinstance(data, list) and isinstance(step, int))
        ):
            path.append(step)
            data = data[step]  # type: ignore[index]
    return (*path, *last), bool(last) or "[key]" in detail["loc"]


def _explain(detail: ErrorDetails, path: Path, at_key: bool, data: Any) -> Problem:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    words: dict[str, Any] = {"key": key, "value": _shown(value)}
    if kind == "missing":
        part = _part(path[:-1], data)
        remedy = _("add it: %(t_meaning)s")
        meaning = part.model_fields[key].description or ""
        return wrong(_("`%(key)s` is missing"), remedy, *path[:-1], key=key, t_meaning=meaning)
    if kind == "union_tag_not_found":
        remedy = _("add one of: %(types)s.")
        return wrong(_("the field has no `type`"), remedy, *path, types=_types(context["discriminator"], path))
    if kind == "union_tag_invalid":
        tag = str(context["tag"])
        remedy, hint = choose(tag, re.findall(r"'(\w+)'", context["expected_tags"]))
        if tag in FIELD_TYPES:
            return wrong(
                _("a group cannot contain a field of the type %(tag)s"),
                remedy,
                *path,
                "type",
                tag=tag,
                **hint,
            )
        return wrong(_("there is no field type “%(tag)s”"), remedy, *path, "type", tag=tag, **hint)
    if kind == "literal_error":
        remedy, hint = choose(value, re.findall(r"'([^']*)'", context["expected"]))
        return wrong(_("`%(key)s` cannot be “%(value)s”"), remedy, *path, at_key=at_key, **words, **hint)
    if kind == "string_pattern_mismatch":
        remedy = next(text for sign, text in _PATTERNS.items() if sign in context["pattern"])
        message = _("“%(value)s” is not a name") if key != "prefix" else _("“%(value)s” is not a prefix")
        return wrong(message, remedy, *path, at_key=at_key, **words)
    message, remedy, more = _measure(kind, context)
    if message:
        return wrong(message, remedy, *path, at_key=at_key, **words, **more)
    remedy = next((text for sign, text in _TYPES.items() if kind.startswith(sign)), _("see the reference."))
    if value is None:
        return wrong(_("`%(key)s` has no value"), remedy, *path, **words)
    return wrong(_("“%(value)s” does not fit `%(key)s`"), remedy, *path, **words)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "…"
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]


def _measure(kind: str, context: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    limit = next((context[name] for name in ("ge", "le", "min_length", "max_length") if name in context), None)
    if kind == "greater_than_equal":
        return _("%(value)s is too small for `%(key)s`"), _("the smallest is %(limit)s."), {"limit": limit}
    if kind == "less_than_equal":
        return _("%(value)s is too large for `%(key)s`"), _("the largest is %(limit)s."), {"limit": limit}
    if kind == "string_too_short":
        return _("the text of `%(key)s` is empty"), _("write one."), {}
    if kind == "string_too_long":
        return (
            _("the text of `%(key)s` is too long"),
            _("write at most %(limit)s characters."),
            {"limit": limit},
        )
    if kind == "too_short":
        return _("`%(key)s` is empty"), _("write at least %(limit)s."), {"limit": limit}
    if kind == "too_long":
        return _("`%(key)s` has too many entries"), _("write at most %(limit)s."), {"limit": limit}
    return "", "", {}


def _unknown_key(path: Path, data: Any) -> Problem:
    key = str(path[-1])
    part = _part(path[:-1], data)
    later = {Procedure: NOT_YET, Stage: NOT_YET_IN_STAGES}.get(part, {})
    if key in later:
        message = _("`%(key)s` is not supported yet")
        remedy = _("remove it; until then %(t_meanwhile)s.")
        return wrong(message, remedy, *path, at_key=True, key=key, t_meanwhile=later[key])
    if issubclass(part, FieldBase):
        takers = [name for name, one in FIELD_TYPES.items() if key in one.model_fields]
        if takers:
            kind = next(name for name, one in FIELD_TYPES.items() if one is part)
            message = _("a field of the type %(type)s does not take `%(key)s`")
            remedy = _("remove it; only these take it: %(takers)s.")
            return wrong(message, remedy, *path, at_key=True, type=kind, key=key, takers=listed(takers))
    remedy, hint = choose(key, part.model_fields)
    return wrong(_("there is no key `%(key)s` here"), remedy, *path, at_key=True, key=key, **hint)


def _part(path: Path, data: Any) -> type[Part]:
    """Which part of the language stands at a path of a definition."""
    if not path:
        return Procedure
    if isinstance(path[-1], int) and path[-2] in ("form", "fields"):
        for step in path:
            data = data[step]
        return FIELD_TYPES.get(data.get("type"), FieldBase)
    return _PARTS.get(str(path[-1])) or _PARTS[str(path[-2])]


def _types(discriminator: str, path: Path) -> str:
    return listed(name for name in FIELD_TYPES if "fields" not in path or name not in ("people", "group"))
