"""The office answers; the applicant says how well."""

from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.clock import due_at
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.worktime import Period
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person
from madang.kernel.institutions.queries import working_calendar

from ..contracts import CaseClosed, CaseRated, FollowUpAsked, ResultProposed, ResultSentBack
from ..models import Case, Clock, Feedback, FollowUp, Result
from ..queries import running_clock, standings
from ..rules import all_endings, endings, may, working_stage
from .base import enter, facts, for_whom, lock, require, require_open


@action("cases.draft")
def draft(case: Case, *, by: Person, text: str, stage: str = "") -> Result:
    """Keeps a draft of the result, seen by the office only; also for somebody who decides at a later stage."""
    case = lock(case)
    require("draft", case, by)
    require_open(case)
    possible = endings(case.definition, case.stage) + all_endings(case.definition)
    result = _write(case, by, text, stage, possible)
    record(case, by=by, institution_id=case.institution_id, result=result.pk)
    return result


@action("cases.decide")
def decide(case: Case, *, by: Person | None, text: str, stage: str = "") -> Result:
    """Decides the case: the result goes out, or first to a manager where the institution wants each answer approved.

    `stage` is the final stage it brings the case to; left out, the usual one of those that follow. Decided by who may
    move the case on from where it stands; a case nobody was assigned to, as though it had been taken in hand first.
    """
    case = lock(case)
    require("decide", case, by)
    require_open(case)
    possible = endings(case.definition, case.stage, None if by is None else standings(by, case))
    if not possible:
        if endings(case.definition, case.stage):
            raise Refused(visible=True)
        raise Conflict("cases.not-yet", _("The case cannot end from this stage. Move it on first."))
    if not text.strip():
        raise Invalid(fields={"text": [_("Write the answer first.")]})
    if case.supplements.filter(replied_at=None).exists():
        raise Conflict("cases.waiting", _("The applicant has been asked something. Decide once the reply is in."))
    result = _write(case, by, text, stage, possible)
    approver = by is None or may("approve", standings(by, case))
    if case.institution.requires_approval and not approver:
        now = moment.now()
        result.proposed_at = now
        result.save(update_fields=["proposed_at"])
        enter(case, "proposed", by, at=now, internal=True)
        record(case, by=by, institution_id=case.institution_id, result=result.pk, proposed=True)
        publish(ResultProposed(**facts(case, now), result_id=result.pk))
        return result
    record(case, by=by, institution_id=case.institution_id, result=result.pk, stage=result.stage)
    return _send(case, result, by)


@action("cases.approve")
def approve(result: Result, *, by: Person) -> Result:
    """A manager approves a proposed result, and it goes out. Nobody approves what they wrote themselves."""
    case, result = _proposed(result, by)
    if result.by_id == by.pk:
        raise Conflict("cases.own-draft", _("You wrote this answer. Somebody else has to approve it."))
    result.approved_by = by
    record(case, by=by, institution_id=case.institution_id, result=result.pk)
    return _send(case, result, by)


@action("cases.send_back")
def send_back(result: Result, *, by: Person, reason: str) -> Result:
    """A manager returns a proposed result to its author, with what is to be changed."""
    case, result = _proposed(result, by)
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Write what should be changed.")]})
    result.proposed_at = None
    result.save(update_fields=["proposed_at"])
    now = moment.now()
    enter(case, "sent_back", by, at=now, internal=True, reason=reason)
    record(case, by=by, institution_id=case.institution_id, result=result.pk)
    publish(ResultSentBack(**facts(case, now), result_id=result.pk, reason=reason))
    return result


@action("cases.rate")
def rate(case: Case, *, by: Person, score: int, comment: str = "") -> Feedback:
    """The applicant rates the result from 1 to 5, once for each answer."""
    case = lock(case)
    require("rate", case, by)
    if case.is_open or not case.definition.feedback.rate or not case.results.filter(round=case.round).exists():
        raise Conflict("cases.nothing-to-rate", _("There is no answer to rate yet."))
    if score not in range(1, 6):
        raise Invalid(fields={"score": [_("Choose between 1 and 5.")]})
    if case.feedbacks.filter(round=case.round).exists():
        raise Conflict("cases.already-rated", _("You have already rated this answer. Thank you."))
    now = moment.now()
    feedback = Feedback.objects.create(case=case, by=by, at=now, round=case.round, score=score, comment=comment)
    enter(case, "rated", by, at=now, score=score, comment=comment)
    record(case, by=by, institution_id=case.institution_id, score=score, **for_whom(case, by))
    publish(CaseRated(**facts(case, now), score=score, round=case.round))
    return feedback


@action("cases.follow_up")
def follow_up(case: Case, *, by: Person, text: str) -> FollowUp:
    """A dissatisfied applicant asks for the one additional answer; it has a clock of its own."""
    case = lock(case)
    require("follow_up", case, by)
    rated = case.feedbacks.filter(round=1).first()
    if case.round > 1:
        raise Conflict("cases.asked-again", _("An additional answer can be asked for once."))
    if case.is_open or rated is None or not case.definition.feedback.ask_again or not rated.is_dissatisfied:
        raise Conflict(
            "cases.not-dissatisfied",
            _("An additional answer can be asked for by who was dissatisfied with the first."),
            remedy=_("Rate the answer first."),
        )
    if not text.strip():
        raise Invalid(fields={"text": [_("Write what is still open.")]})
    now = moment.now()
    asked = FollowUp.objects.create(case=case, by=by, at=now, text=text)
    case.round, case.stage, case.closed_at = 2, working_stage(case.definition), None
    if case.definition.deadline:
        period = Period.parse(case.definition.deadline)
        case.due_at = due_at(now, period, working_calendar(case.institution))
        Clock.objects.create(
            case=case,
            kind=Clock.Kind.ADDITIONAL,
            institution=case.institution,
            starts_at=now,
            period=str(period),
            due_at=case.due_at,
        )
    case.save(update_fields=["round", "stage", "closed_at", "due_at"])
    enter(case, "follow_up", by, at=now, text=text)
    record(case, by=by, institution_id=case.institution_id, **for_whom(case, by))
    publish(FollowUpAsked(**facts(case, now), follow_up_id=asked.pk))
    return asked


def _write(case: Case, by: Person | None, text: str, stage: str, possible: list[str]) -> Result:
    stage = stage or possible[0]
    if stage not in possible:
        raise Invalid(fields={"stage": [_("Choose how the case ends.")]})
    result = case.results.filter(round=case.round).first() or Result(case=case, round=case.round)
    if result.waits_for_approval:
        raise Conflict("cases.in-approval", _("The answer is with the manager for approval."))
    result.by, result.at, result.text, result.stage = by, moment.now(), text, stage
    result.institution, result.department = case.institution, case.department
    result.save()
    return result


def _proposed(result: Result, by: Person) -> tuple[Case, Result]:
    case = lock(result.case)
    require("approve", case, by)
    require_open(case)
    result = Result.objects.get(pk=result.pk)
    if not result.waits_for_approval:
        raise Conflict("cases.not-proposed", _("This answer no longer waits for approval."))
    return case, result


def _send(case: Case, result: Result, by: Person | None) -> Result:
    now = moment.now()
    clock = running_clock(case)
    on_time = None if clock is None or clock.due_at is None else now <= clock.due_at
    if clock is not None:
        clock.ended_at = now
        clock.save(update_fields=["ended_at"])
    result.sent_at = now
    result.save(update_fields=["sent_at", "approved_by"])
    result.files.update(is_internal=False)
    case.stage, case.closed_at, case.due_at = result.stage, now, None
    case.save(update_fields=["stage", "closed_at", "due_at"])
    enter(case, "answered" if case.round == 1 else "answered_again", by, at=now, stage=result.stage, text=result.text)
    since = case.received_at if case.round == 1 else case.follow_ups.get().at
    days = round((now - since).total_seconds() / 86400, 2)
    publish(
        CaseClosed(
            **facts(case, now), result_id=result.pk, stage=result.stage, round=case.round, on_time=on_time, days=days
        )
    )
    return result
