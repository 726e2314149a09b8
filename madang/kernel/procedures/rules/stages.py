"""The stages a case passes through, and what the engine may do with it on the way."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field, StrictBool

from .problems import Problem, _, choose, listed
from .texts import Localized, Name, Part, localized

Role = Literal["desk", "officer", "manager", "applicant"]
Move = Literal["supplement", "extend", "transfer", "withdraw"]
MOVES: tuple[Move, ...] = get_args(Move)
WITHDRAWN, RETURNED = "withdrawn", "returned"


class Stage(Part):
    """Where a case can stand."""

    label: Localized = Field(description=_("The stage's name, as applicant and officer read it."))
    by: Role | None = Field(
        None,
        description=_("Who moves the case on: desk, officer, manager or applicant. Not for a final stage."),
    )
    then: tuple[Name, ...] = Field(
        (), max_length=20, description=_("The stages that may follow. Not for a final stage.")
    )
    final: StrictBool = Field(False, description=_("Whether the case ends here."))
    reason: Literal["required", "optional"] = Field(
        "optional", description=_("Whether whoever moves a case here must say why; the applicant reads it.")
    )


RECEIVED = Stage(label=localized("접수", "Received"), by="desk", then=("in_progress", RETURNED))
IN_PROGRESS = Stage(label=localized("처리 중", "In progress"), by="officer", then=("answered", RETURNED))
ANSWERED = Stage(label=localized("답변 완료", "Answered"), final=True)
# The engine ends a case here whatever its other stages: withdrawn by the applicant, returned for want of a supplement.
ENGINE_STAGES: dict[str, Stage] = {
    WITHDRAWN: Stage(label=localized("취하", "Withdrawn"), final=True),
    RETURNED: Stage(label=localized("반려", "Returned"), final=True, reason="required"),
}


def default_stages() -> dict[str, Stage]:
    """What happens to most cases: received by the desk, handled by an officer, answered."""
    return {"received": RECEIVED, "in_progress": IN_PROGRESS, "answered": ANSWERED, **ENGINE_STAGES}


def complete(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages as written, with those of the engine behind them unless the definition has its own."""
    return {**stages, **{name: stage for name, stage in ENGINE_STAGES.items() if name not in stages}}


def check_stages(stages: Mapping[str, Stage]) -> list[Problem]:
    """What is wrong with the stages as written: dangling, unreachable, endless, contradictory ones. Paths start at `stages`."""
    known = complete(stages)
    problems = [found for name, stage in stages.items() for found in _check_stage(name, stage, known)]
    if not stages:
        return [
            Problem(
                _("there are no stages"), _("remove `stages` to use the usual ones, or write at least two.")
            )
        ]
    if not any(stage.final for stage in stages.values()):
        problems.append(
            Problem(
                _("no stage is final: a case could never end"), _("write `final: true` in the last stage.")
            )
        )
        return problems
    first = next(iter(stages))
    reached = _reachable(first, known)
    for name, stage in stages.items():
        if name not in reached and name not in ENGINE_STAGES:
            remedy = _(
                "name it in the `then` of another stage, or remove it. A case starts in “%(first)s”, the first stage."
            )
            words = {"stage": name, "first": first}
            problems.append(
                Problem(_("no case can reach the stage “%(stage)s”"), remedy, (name,), words, at_key=True)
            )
        elif stage.then and not any(known[end].final for end in _reachable(name, known)):
            remedy = _("let `then` lead to a final stage: %(finals)s.")
            words = {"stage": name, "finals": listed(end for end, one in known.items() if one.final)}
            problems.append(
                Problem(_("from the stage “%(stage)s” no case can end"), remedy, (name,), words, at_key=True)
            )
    return problems


def _check_stage(name: str, stage: Stage, known: Mapping[str, Stage]) -> list[Problem]:
    problems = []
    words: dict[str, object] = {"stage": name}
    for at, then in enumerate(stage.then):
        if then not in known:
            remedy, hint = choose(then, known)
            problems.append(
                Problem(_("there is no stage “%(then)s”"), remedy, (name, "then", at), hint | {"then": then})
            )
        elif then == name:
            problems.append(
                Problem(
                    _("the stage “%(stage)s” leads to itself"),
                    _("remove it from `then`."),
                    (name, "then", at),
                    words,
                )
            )
    if stage.final:
        for key in ("then", "by"):
            if getattr(stage, key):
                remedy = _("remove `%(key)s`, or `final: true`.")
                problems.append(
                    Problem(
                        _("“%(stage)s” is final and yet has `%(key)s`"),
                        remedy,
                        (name, key),
                        words | {"key": key},
                        at_key=True,
                    )
                )
    else:
        if not stage.then:
            remedy = _("write `then: [next_stage]`, or `final: true` when the case ends here.")
            problems.append(
                Problem(_("nothing follows the stage “%(stage)s”"), remedy, (name,), words, at_key=True)
            )
        if stage.by is None:
            remedy = _("write `by: desk`, `officer`, `manager` or `applicant`.")
            problems.append(
                Problem(
                    _("nobody moves cases on from the stage “%(stage)s”"), remedy, (name,), words, at_key=True
                )
            )
    if name in ENGINE_STAGES and not stage.final:
        remedy = _("choose another name, or write `final: true`.")
        problems.append(
            Problem(_("“%(stage)s” is where the platform ends cases"), remedy, (name,), words, at_key=True)
        )
    return problems


def _reachable(first: str, known: Mapping[str, Stage]) -> set[str]:
    reached, ahead = {first}, [first]
    while ahead:
        for name in known[ahead.pop()].then:
            if name in known and name not in reached:
                reached.add(name)
                ahead.append(name)
    return reached
