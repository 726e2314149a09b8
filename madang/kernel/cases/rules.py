"""Who may do what to a case, where it may go from here, and what of it is text. Pure: facts in, answer out."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from madang.kernel.procedures.rules.secrets import is_secret
from madang.kernel.procedures.rules.shown import shown

# Deny by default: a verb that is not here may be done by nobody; a standing that is not listed may not do it.
# Standings: the applicant; an officer whose post covers the case; the desk and the manager of its institution;
# a referrer (desk or manager of an institution that passed the case on: the result is reported back to it, Act 16);
# an auditor. Operators run the system and read no case.
# By mandate stand in the applicant's place: a representative (parent, who represents a company), who may do all that the
# applicant may; an agent, all but what ends the procedure; a reader, nothing but read.
ACTING = frozenset({"applicant", "representative", "agent"})
APPLICANTS_SIDE = ACTING | {"reader"}
MAY: dict[str, frozenset[str]] = {
    "read": APPLICANTS_SIDE | {"officer", "desk", "manager", "referrer", "auditor"},
    "read_inside": frozenset({"officer", "desk", "manager", "auditor"}),
    "assign": frozenset({"officer", "desk", "manager"}),
    "transfer": frozenset({"officer", "desk", "manager"}),
    "ask": frozenset({"officer", "desk", "manager"}),
    "extend": frozenset({"officer", "desk", "manager"}),
    "note": frozenset({"officer", "desk", "manager"}),
    "draft": frozenset({"officer", "desk", "manager"}),
    "decide": frozenset({"officer", "desk", "manager"}),
    "approve": frozenset({"manager"}),
    "advance": ACTING | {"officer", "desk", "manager"},
    "attach": ACTING | {"officer", "desk", "manager"},
    "reply": ACTING,
    "consent": ACTING,
    "withdraw": frozenset({"applicant", "representative"}),
    "rate": ACTING,
    "follow_up": ACTING,
    "looks": frozenset({"applicant"}),
    "unmask": frozenset({"officer", "desk", "manager"}),
    "hold": frozenset({"manager"}),
}

# Who reads the secret answers of a case whole: whose they are. Everyone else sees them masked.
WHOLE = frozenset({"applicant", "representative"})

# Who moves a case on from a stage, by whose stage it is: the desk stands in for officers, a manager for both.
# What is left to the manager or the applicant, nobody does in their place.
MOVERS: dict[str, frozenset[str]] = {
    "desk": frozenset({"desk", "manager"}),
    "officer": frozenset({"officer", "desk", "manager"}),
    "manager": frozenset({"manager"}),
    "applicant": ACTING,
}

# What somebody of a standing looks at a case for, as the applicant is told; the first that applies.
PURPOSES = {
    "manager": "supervision",
    "desk": "handling",
    "officer": "handling",
    "referrer": "referral",
    "auditor": "audit",
    **dict.fromkeys(("representative", "agent", "reader"), "mandate"),
}

DISSATISFIED = 2


def destroyed_if_closed_before(today: date, years: int) -> date:
    """Cases that are kept for so many years and were closed before this day may be kept no longer.

    Whole calendar years, counted from the first of January after the case was closed (Public Records Act, Decree 26).
    """
    return date(today.year - years, 1, 1)


def looks_as(standings: Collection[str]) -> str:
    """As which of these standings somebody looks at a case: the first that `PURPOSES` names."""
    return next(standing for standing in PURPOSES if standing in standings)


def may(verb: str, standings: frozenset[str]) -> bool:
    """Whether somebody of these standings may do this."""
    return bool(MAY.get(verb, frozenset()) & standings)


def may_move_on(definition: Any, stage: str, standings: frozenset[str]) -> bool:
    """Whether somebody of these standings may move a case on that stands here."""
    return bool(MOVERS[_whose(definition, stage)] & standings)


def is_applicants(definition: Any, stage: str) -> bool:
    """Whether the office waits here for the applicant: the clock stands still."""
    return _whose(definition, stage) == "applicant"


def _whose(definition: Any, stage: str) -> str:
    # Versions from before stages said so: officers, the desk and managers handled a case in each.
    return definition.stages[stage].by or "officer"


def open_steps(definition: Any, stage: str) -> list[str]:
    """The stages, no ends, to which a case that stands here may be moved on."""
    return [name for name in definition.stages[stage].then if not definition.stages[name].final]


def working_stage(definition: Any) -> str:
    """Where a case stands once somebody is responsible: the first stage of desk or officers that follows theirs."""
    first = definition.first_stage
    if _whose(definition, first) not in ("desk", "officer"):
        return first
    ahead = open_steps(definition, first)
    return next((name for name in ahead if _whose(definition, name) in ("desk", "officer")), first)


def endings(definition: Any, stage: str, standings: frozenset[str] | None = None) -> list[str]:
    """The ends to which a result by somebody of these standings may bring a case that stands here, the usual one first.

    Without `standings`: by anybody. A case nobody was assigned to may be decided at once, as though it had been taken
    in hand first.
    """
    stands = [stage, working_stage(definition)] if stage == definition.first_stage else [stage]
    ahead = [
        name
        for one in stands
        if standings is None or may_move_on(definition, one, standings)
        for name in definition.stages[one].then
    ]
    return _ends(definition, ahead)


def all_endings(definition: Any) -> list[str]:
    """Every end to which a result may bring a case sooner or later, the usual one first."""
    return _ends(definition, [name for stage in definition.stages.values() for name in stage.then])


def _ends(definition: Any, names: list[str]) -> list[str]:
    finals = [name for name in dict.fromkeys(names) if definition.stages[name].final]
    return sorted(finals, key=lambda name: name == "returned")


def needs_reason(definition: Any, stage: str) -> bool:
    """Whether whoever moves a case to this stage must say why."""
    return stage in definition.stages and definition.stages[stage].reason == "required"


def is_public(definition: Any, wanted: bool) -> bool:
    """Whether everyone may see a case: as its procedure says, or as its applicant wants where that is left to them."""
    return definition.publishable == "always" or (definition.publishable == "applicant" and wanted)


def texts_of(definition: Any, data: Mapping[str, Any]) -> Iterator[str]:
    """The running text in a filled form: every field that holds words, in the order of the form.

    Left out are the title and what is secret.
    """
    for field in definition.form:
        if is_secret(field):
            continue
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


def shown_answers(
    definition: Any, data: Mapping[str, Any], language: str, translate: Callable[[str], str] = str
) -> list[tuple[str, str]]:
    """A filled form for reading: each question with its answer, the unanswered ones, files and the title left out."""
    given = {name: value for name, value in data.items() if value not in ("", [], {})}
    return [
        (one.label, one.text)
        for one in shown(definition.form, given, language, translate)
        if one.path != "title" and one.type != "file"
    ]
