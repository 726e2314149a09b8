"""What cases do when others tell, and what they tell people."""

from django.utils.functional import lazy
from django.utils.translation import get_language
from procrastinate.contrib.django import app

from madang.kernel.events.contracts import on
from madang.kernel.identity.models import Person
from madang.kernel.institutions.contracts import DayOffAnnounced
from madang.kernel.institutions.models import Post

from . import contracts as told
from .actions import tell
from .models import Case, Extension, FollowUp, Result, Supplement
from .queries import NEEDED
from .queries.acting import told_of


@on(DayOffAnnounced)
def wind_running_clocks(event: DayOffAnnounced) -> None:
    """A holiday announced later moves every clock that runs over it."""
    app.configure_task("cases.wind_clocks").defer(day=event.date.isoformat(), institution_id=event.institution_id)


@on(told.CaseFiled, batch=True)
def tell_of_reception(events: list[told.CaseFiled]) -> None:
    """Each applicant is told that the case was received, where, and until when it will be answered."""
    keys = [event.case_id for event in events]
    cases = Case.objects.select_related(*NEEDED).prefetch_related("mandate__agent").in_bulk(keys)
    for event in events:
        if case := cases.get(event.case_id):
            for person in told_of(case):
                _send(case, event, person, "received")


@on(told.CaseTransferred)
def tell_of_transfer(event: told.CaseTransferred) -> None:
    """The applicant is told which institution has the case now, and why (Act 16, Decree 13)."""
    passed_on = _case(event).transfers.latest("at")
    _to_applicant(event, "transferred", reason=passed_on.reason)


@on(told.CaseAssigned)
def tell_of_assignment(event: told.CaseAssigned) -> None:
    """Whoever was made responsible is told, as long as they still are."""
    case = _case(event)
    if case.assignee and event.assignee_id == case.assignee_id:
        _send(case, event, case.assignee, "assigned")


@on(told.CaseAdvanced)
def tell_of_advance(event: told.CaseAdvanced) -> None:
    """Whoever the case waits for now is told; the applicant of every step of the office."""
    stages = _case(event).definition.stages
    label = stages[event.to_stage].label
    step = {"stage": lazy(lambda: label.text(get_language()), str)(), "reason": event.reason}
    if stages[event.from_stage].by == "applicant":
        _to_office(event, "moved_on", **step)
    else:
        _to_applicant(event, "advanced", **step, your_turn=stages[event.to_stage].by == "applicant")
    if stages[event.to_stage].by == "manager":
        _to_managers(event, "moved_on", **step)


@on(told.SupplementAsked)
def tell_of_question(event: told.SupplementAsked) -> None:
    """The applicant is asked, with the day by which to reply (Decree 24)."""
    asked = Supplement.objects.get(pk=event.supplement_id)
    _to_applicant(event, "supplement_asked", question=asked.question, answer_by=asked.answer_by)


@on(told.SupplementGiven)
def tell_of_reply(event: told.SupplementGiven) -> None:
    """The office is told that the reply is in and the clock runs again."""
    _to_office(event, "supplement_given")


@on(told.CaseExtended)
def tell_of_extension(event: told.CaseExtended) -> None:
    """The applicant is told of the new due moment and the reason, or asked to consent (Decree 21)."""
    extension = Extension.objects.get(pk=event.extension_id)
    _to_applicant(
        event, "consent_asked" if event.needs_consent else "extended", reason=extension.reason, period=extension.period
    )


@on(told.ResultProposed)
def tell_of_proposal(event: told.ResultProposed) -> None:
    """The managers of the institution are told that an answer waits for approval."""
    _to_managers(event, "approval_asked")


@on(told.ResultSentBack)
def tell_of_return(event: told.ResultSentBack) -> None:
    """The author of an answer is told what a manager wants changed."""
    result = Result.objects.select_related("by").get(pk=event.result_id)
    if result.by is not None:
        _send(_case(event), event, result.by, "sent_back", reason=event.reason)


@on(told.CaseClosed)
def tell_of_result(event: told.CaseClosed) -> None:
    """The applicant gets the answer (Act 27)."""
    result = Result.objects.get(pk=event.result_id)
    _to_applicant(event, "answered" if event.round == 1 else "additional_answered", answer=result.text)


@on(told.CaseWithdrawn)
def tell_of_withdrawal(event: told.CaseWithdrawn) -> None:
    """The office is told that there is nothing left to do."""
    _to_office(event, "withdrawn")


@on(told.FollowUpAsked)
def tell_of_follow_up(event: told.FollowUpAsked) -> None:
    """The office is told what is still open after its answer."""
    _to_office(event, "follow_up_asked", question=FollowUp.objects.get(pk=event.follow_up_id).text)


@on(told.DeadlineNear)
def tell_of_near_deadline(event: told.DeadlineNear) -> None:
    """The office is reminded of a deadline less than a day away."""
    _to_office(event, "near")


@on(told.DeadlinePassed)
def dun(event: told.DeadlinePassed) -> None:
    """The dunning notice to the office, and word to the applicant of how far the case is."""
    _to_office(event, "overdue", managers=True)
    _to_applicant(event, "delayed")


def _case(event: told.CaseEvent) -> Case:
    return Case.objects.select_related(*NEEDED).get(pk=event.case_id)


def _to_applicant(event: told.CaseEvent, template: str, **context: object) -> None:
    """To whose case it is, and to who acts for them: notice to one of several is not enough."""
    case = _case(event)
    for person in told_of(case):
        _send(case, event, person, template, **context)


def _to_managers(event: told.CaseEvent, template: str, **context: object) -> None:
    case = _case(event)
    for post in case.institution.posts.filter(role=Post.Role.MANAGER).select_related("person"):
        _send(case, event, post.person, template, **context)


def _to_office(event: told.CaseEvent, template: str, *, managers: bool = False, **context: object) -> None:
    """To whoever has the case in hand; while nobody has, to the desk; a dunning notice to the managers as well."""
    case = _case(event)
    people = {case.assignee} if case.assignee else set()
    roles = [Post.Role.MANAGER] if managers else []
    if not people:
        roles.append(Post.Role.DESK)
    posts = case.institution.posts.filter(role__in=roles).select_related("person")
    for person in people | {post.person for post in posts}:
        _send(case, event, person, template, **context)


def _send(case: Case, event: told.CaseEvent, person: Person, template: str, **context: object) -> None:
    tell(case, person, template, key=f"{template}:{case.number}:{event.at.isoformat()}:{person.pk}", **context)
