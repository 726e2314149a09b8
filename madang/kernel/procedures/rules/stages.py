"""The stages a case passes through, and what the engine may do with it on the way."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field, StrictBool

from .problems import Problem, _, choose, wrong
from .texts import Localized, Name, Part, localized

Move = Literal["supplement", "extend", "transfer", "withdraw"]
MOVES: tuple[Move, ...] = get_args(Move)
WITHDRAWN, RETURNED = "withdrawn", "returned"


class Stage(Part):
    """Where a case can stand."""

    label: Localized = Field(description=_("The stage's name, as applicant and officer read it."))
    then: tuple[Name, ...] = Field(
        default=(), max_length=20, description=_("The stages that may follow. Not for a final stage.")
    )
    final: StrictBool = Field(default=False, description=_("Whether the case ends here."))


# The engine ends a case here, whatever its other stages: withdrawn by the applicant, returned by the office.
ENGINE_STAGES: dict[str, Stage] = {
    WITHDRAWN: Stage(label=localized("취하", "Withdrawn"), final=True),
    RETURNED: Stage(label=localized("반려", "Returned"), final=True),
}
# What happens to most cases.
USUAL_STAGES: dict[str, Stage] = {
    "received": Stage(label=localized("접수", "Received"), then=("in_progress", RETURNED)),
    "in_progress": Stage(label=localized("처리 중", "In progress"), then=("answered", RETURNED)),
    "answered": Stage(label=localized("답변 완료", "Answered"), final=True),
    **ENGINE_STAGES,
}


def complete(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages as written, with those of the engine behind them unless the definition has its own."""
    return {**stages, **{name: stage for name, stage in ENGINE_STAGES.items() if name not in stages}}


def check_stages(stages: Mapping[str, Stage]) -> list[Problem]:
    """What is wrong with the stages as written: dangling, endless, out of reach. Paths start there."""
    if not stages:
        remedy = _("remove `stages` to use the usual ones, or write at least two.")
        return [wrong(_("there are no stages"), remedy)]
    known = complete(stages)
    if not any(stage.final for stage in stages.values()):
        message, remedy = _("no stage is final: a case could never end"), _("write `final: true` in the last stage.")
        return [wrong(message, remedy, list(stages)[-1], at_key=True)]
    problems = [found for name, stage in stages.items() for found in _check_stage(name, stage, known)]
    return problems or _out_of_reach(stages, known)


def _check_stage(name: str, stage: Stage, known: Mapping[str, Stage]) -> list[Problem]:
    problems = []
    for at, then in enumerate(stage.then):
        if then not in known:
            remedy, words = choose(then, known)
            problems.append(wrong(_("there is no stage “%(stage)s”"), remedy, name, "then", at, stage=then, **words))
        elif then == name:
            message, remedy = _("the stage “%(stage)s” leads to itself"), _("remove it from `then`.")
            problems.append(wrong(message, remedy, name, "then", at, stage=name))
    if stage.final and stage.then:
        message, remedy = _("“%(stage)s” is final, and yet `then` follows"), _("remove `then`, or `final: true`.")
        problems.append(wrong(message, remedy, name, "then", at_key=True, stage=name))
    elif not stage.final and name in ENGINE_STAGES:
        message, remedy = _("“%(stage)s” is where the platform ends cases"), _("choose another name, or `final: true`.")
        problems.append(wrong(message, remedy, name, at_key=True, stage=name))
    elif not stage.final and not stage.then:
        message = _("nothing follows the stage “%(stage)s”")
        remedy = _("write `then: [next_stage]`, or `final: true` when the case ends here.")
        problems.append(wrong(message, remedy, name, at_key=True, stage=name))
    return problems


def _out_of_reach(stages: Mapping[str, Stage], known: Mapping[str, Stage]) -> list[Problem]:
    """Stages to which no case comes. The engine knows two open ones: where a case is received, where it is handled."""
    first = next(iter(stages))
    reached = _reachable(first, known)
    handled = next((name for name in stages[first].then if not known[name].final), first)
    problems = []
    cut_off: set[str] = set()
    for name, stage in stages.items():
        if name in reached:
            if not stage.final and name not in (first, handled):
                message = _("“%(stage)s” would be a third open stage")
                remedy = _("leave it out; until now there are two, here “%(first)s” and “%(handled)s”.")
                problems.append(wrong(message, remedy, name, at_key=True, stage=name, first=first, handled=handled))
        elif name not in cut_off and name not in ENGINE_STAGES:
            # What follows it is out of reach for the same reason.
            cut_off |= _reachable(name, known)
            message = _("no case can reach the stage “%(stage)s”")
            remedy = _("name it in the `then` of another stage, or remove it; a case starts in “%(first)s”.")
            problems.append(wrong(message, remedy, name, at_key=True, stage=name, first=first))
    return problems


def _reachable(first: str, known: Mapping[str, Stage]) -> set[str]:
    reached, ahead = {first}, [first]
    while ahead:
        for name in known[ahead.pop()].then:
            if name in known and name not in reached:
                reached.add(name)
                ahead.append(name)
    return reached
