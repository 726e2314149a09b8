"""Who may do what to a case, and what of it is text. Pure: facts in, answer out."""

from collections.abc import Iterator, Mapping
from typing import Any

# Deny by default: a verb that is not here may be done by nobody; a standing that is not listed may not do it.
# Standings: the applicant; an officer whose post covers the case; the desk and the manager of its institution;
# a referrer (desk or manager of an institution that passed the case on: the result is reported back to it, Act 16);
# an auditor. Operators run the system and read no case.
MAY: dict[str, frozenset[str]] = {
    "read": frozenset({"applicant", "officer", "desk", "manager", "referrer", "auditor"}),
    "read_inside": frozenset({"officer", "desk", "manager", "auditor"}),
    "assign": frozenset({"officer", "desk", "manager"}),
    "transfer": frozenset({"officer", "desk", "manager"}),
    "ask": frozenset({"officer", "desk", "manager"}),
    "extend": frozenset({"officer", "desk", "manager"}),
    "note": frozenset({"officer", "desk", "manager"}),
    "draft": frozenset({"officer", "desk", "manager"}),
    "decide": frozenset({"officer", "desk", "manager"}),
    "approve": frozenset({"manager"}),
    "attach": frozenset({"applicant", "officer", "desk", "manager"}),
    "reply": frozenset({"applicant"}),
    "consent": frozenset({"applicant"}),
    "withdraw": frozenset({"applicant"}),
    "rate": frozenset({"applicant"}),
    "follow_up": frozenset({"applicant"}),
}

DISSATISFIED = 2


def may(verb: str, standings: frozenset[str]) -> bool:
    """Whether somebody of these standings may do this."""
    return bool(MAY.get(verb, frozenset()) & standings)


def working_stage(definition: Any) -> str:
    """Where a case stands once somebody is responsible: the first stage after the first that is not an end."""
    first = definition.first_stage
    return next((name for name in definition.stages[first].then if not definition.stages[name].final), first)


def endings(definition: Any, stage: str) -> list[str]:
    """The final stages to which a result may bring a case that stands here, the usual one first.

    A case nobody was assigned to may be answered at once, as though it had been taken in hand first.
    """
    ahead = [*definition.stages[stage].then]
    if stage == definition.first_stage:
        ahead += definition.stages[working_stage(definition)].then
    finals = [name for name in dict.fromkeys(ahead) if definition.stages[name].final]
    return sorted(finals, key=lambda name: name == "returned")


def texts_of(definition: Any, data: Mapping[str, Any]) -> Iterator[str]:
    """The running text in a filled form: every field that holds words, in the order of the form, title left out."""
    for field in definition.form:
        if field.type == "textarea" or (field.type == "text" and field.id != "title"):
            value = data.get(field.id)
            if isinstance(value, str) and value:
                yield value


def place_of(definition: Any, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The place that a filled form is about: `{lat, lon, division, address}`, any of them missing."""
    for field in definition.form:
        if field.type == "place" and isinstance(data.get(field.id), Mapping):
            return data[field.id]
    return {}


def shown_answers(definition: Any, data: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """A filled form for reading: each question with its answer, the unanswered ones, files and the title left out."""
    return [
        (field.label.text(language), _told(field, data[field.id], language))
        for field in definition.form
        if field.id != "title" and field.type != "file" and data.get(field.id) not in (None, "", [], {})
    ]


def _told(field: Any, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return "○" if value else "×"
    if field.type in ("choice", "choices"):
        labels: dict[str, str] = {option.value: option.label.text(language) for option in field.options}
        return ", ".join(labels.get(one) or str(one) for one in (value if isinstance(value, list) else [value]))
    if isinstance(value, list):
        return "\n".join(_told(field, one, language) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part not in (None, "", [], {}))
    return str(value)
