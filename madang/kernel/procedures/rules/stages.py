"""The stages a case passes through, and what the engine may do with it on the way."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field, StrictBool

from .problems import Problem, _, choose, listed, wrong
from .texts import Localized, Name, Part, localized

Role = Literal["desk", "officer", "manager", "applicant"]
Move = Literal["supplement", "extend", "transfer", "withdraw"]
MOVES: tuple[Move, ...] = get_args(Move)
WITHDRAWN, RETURNED = "withdrawn", "returned"


class Stage(Part):
    """Where a case can stand."""

    label: Localized = Field(description=_("The stage's name, as applicant and officer read it."))
    by: Role | None = Field(
        default=None,
        description=_("Who moves the case on: desk, officer, manager or applicant. Not for a final stage."),
    )
    then: tuple[Name, ...] = Field(
        default=(), max_length=20, description=_("The stages that may follow. Not for a final stage.")
    )
    final: StrictBool = Field(default=False, description=_("Whether the case ends here."))
    reason: Literal["required", "optional"] = Field(
        default="optional", description=_("Whether whoever moves a case here must say why; the applicant reads it.")
    )


# The engine ends a case here, whatever its other stages: withdrawn by the applicant, returned by the office.
ENGINE_STAGES: dict[str, Stage] = {
    WITHDRAWN: Stage(label=localized("취하", "Withdrawn"), final=True),
    RETURNED: Stage(label=localized("반려", "Returned"), final=True, reason="required"),
}
# What happens to most cases.
USUAL_STAGES: dict[str, Stage] = {
    "received": Stage(label=localized("접수", "Received"), by="desk", then=("in_progress", RETURNED)),
    "in_progress": Stage(label=localized("처리 중", "In progress"), by="officer", then=("answered", RETURNED)),
    "answered": Stage(label=localized("답변 완료", "Answered"), final=True),
    **ENGINE_STAGES,
}


def complete(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages as written, with those of the engine behind them unless the definition has its own."""
    return {**stages, **{name: stage for name, stage in ENGINE_STAGES.items() if name not in stages}}


def check_stages(stages: Mapping[str, Stage]) -> list[Problem]:
    """What is wrong with the stages as written: dangling, nobody's, out of reach, endless. Paths start there."""
    if not stages:
        remedy = _("remove `stages` to use the usual ones, or write at least two.")
        return [wrong(_("there are no stages"), remedy)]
    known = complete(stages)
    if not any(stage.final for stage in stages.values()):
        message, remedy = _("no stage is final: a case could never end"), _("write `final: true` in the last stage.")
        return [wrong(message, remedy, list(stages)[-1], at_key=True)]
    problems = [found for name, stage in stages.items() for found in _check_stage(name, stage, known)]
    # What is dangling, out of reach or endless is one mistake seen from three sides: the first of them is told.
    return problems or _check_applicants(stages, known) or _out_of_reach(stages, known) or _endless(stages, known)


def _check_stage(name: str, stage: Stage, known: Mapping[str, Stage]) -> list[Problem]:
    problems = []
    for at, then in enumerate(stage.then):
        if then not in known:
            remedy, words = choose(then, known)
            problems.append(wrong(_("there is no stage “%(stage)s”"), remedy, name, "then", at, stage=then, **words))
        elif then == name:
            message, remedy = _("the stage “%(stage)s” leads to itself"), _("remove it from `then`.")
            problems.append(wrong(message, remedy, name, "then", at, stage=name))
    if stage.final:
        message, remedy = _("“%(stage)s” is final and yet has `%(key)s`"), _("remove `%(key)s`, or `final: true`.")
        problems += [
            wrong(message, remedy, name, key, at_key=True, stage=name, key=key)
            for key in ("by", "then")
            if getattr(stage, key)
        ]
    elif name in ENGINE_STAGES:
        message, remedy = _("“%(stage)s” is where the platform ends cases"), _("choose another name, or `final: true`.")
        problems.append(wrong(message, remedy, name, at_key=True, stage=name))
    else:
        if not stage.then:
            message = _("nothing follows the stage “%(stage)s”")
            remedy = _("write `then: [next_stage]`, or `final: true` when the case ends here.")
            problems.append(wrong(message, remedy, name, at_key=True, stage=name))
        if stage.by is None:
            message = _("nobody moves cases on from the stage “%(stage)s”")
            remedy = _("write `by: desk`, `officer`, `manager` or `applicant`.")
            problems.append(wrong(message, remedy, name, at_key=True, stage=name))
    return problems


def _check_applicants(stages: Mapping[str, Stage], known: Mapping[str, Stage]) -> list[Problem]:
    """Stages in which the office waits for the applicant: it receives a case before, and decides it after."""
    problems = []
    for name, stage in stages.items():
        if stage.by != "applicant":
            continue
        if name == next(iter(stages)):
            message = _("a case starts in “%(stage)s”, where the office would wait for the applicant")
            remedy = _("write `by: desk` or `officer`, or begin with a stage in which the office receives it.")
            problems.append(wrong(message, remedy, name, "by", stage=name))
        for at, then in enumerate(stage.then):
            if known[then].final:
                message = _("from “%(stage)s” the applicant would end the case in “%(then)s”")
                remedy = _("let it lead to a stage of the office, which decides; applicants withdraw with `may`.")
                problems.append(wrong(message, remedy, name, "then", at, stage=name, then=then))
    return problems


def _out_of_reach(stages: Mapping[str, Stage], known: Mapping[str, Stage]) -> list[Problem]:
    """Stages to which no case comes."""
    first = next(iter(stages))
    reached = _reachable(first, known)
    problems = []
    for name in stages:
        if name not in reached and name not in ENGINE_STAGES:
            # What follows it is out of reach for the same reason.
            reached |= _reachable(name, known)
            message = _("no case can reach the stage “%(stage)s”")
            remedy = _("name it in the `then` of another stage, or remove it; a case starts in “%(first)s”.")
            problems.append(wrong(message, remedy, name, at_key=True, stage=name, first=first))
    return problems


def _endless(stages: Mapping[str, Stage], known: Mapping[str, Stage]) -> list[Problem]:
    """Stages from which no case comes to an end."""
    finals = listed(name for name, stage in known.items() if stage.final)
    problems = []
    told: set[str] = set()
    for name in stages:
        ahead = _reachable(name, known)
        if name not in told and not any(known[end].final for end in ahead):
            told |= ahead
            message = _("from the stage “%(stage)s” no case can end")
            remedy = _("let `then` lead to a final stage: %(finals)s.")
            problems.append(wrong(message, remedy, name, at_key=True, stage=name, finals=finals))
    return problems


def _reachable(first: str, known: Mapping[str, Stage]) -> set[str]:
    reached, ahead = {first}, [first]
    while ahead:
        for name in known[ahead.pop()].then:
            if name in known and name not in reached:
                reached.add(name)
                ahead.append(name)
    return reached
