"""A case finds its way: to a department, an officer, another institution; and officers leave one another notes."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.clock import due_at
from madang.kernel.common.errors import Conflict, Invalid
from madang.kernel.common.parameters import parameter
from madang.kernel.common.worktime import Period
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Department, Institution
from madang.kernel.institutions.queries import working_calendar, works_in

from ..contracts import CaseAssigned, CaseTransferred
from ..models import Case, Clock, Note, Transfer
from ..queries import running_clock
from ..rules import working_stage
from .base import enter, facts, lock, require, require_move, require_offered, require_offices_turn, require_open


@action("cases.assign")
def assign(case: Case, *, by: Person | None, department: Department | None = None, to: Person | None = None) -> Case:
    """Makes a department responsible, or one officer in it; from here on it is somebody's case."""
    case = lock(case)
    require("assign", case, by)
    require_open(case)
    department = department or case.department
    if department is not None and department.institution_id != case.institution_id:
        raise Invalid(
            fields={"department": [_("This department belongs to another institution. Transfer the case instead.")]}
        )
    if to is not None and not works_in(to, case.institution, department):
        raise Invalid(fields={"to": [_("This person has no post there.")]})
    if to is None and department is None:
        raise Invalid(fields={"department": [_("Choose a department or an officer.")]})
    now = moment.now()
    case.department, case.assignee = department, to
    if case.stage == case.definition.first_stage:
        case.stage = working_stage(case.definition)
    case.save(update_fields=["department", "assignee", "stage"])
    enter(case, "assigned", by, at=now, department=case.department_id, to=case.assignee_id)
    record(case, by=by, institution_id=case.institution_id, department=case.department_id, to=case.assignee_id)
    publish(
        CaseAssigned(
            **facts(case, now),
            department_id=case.department_id,
            assignee_id=case.assignee_id,
            by_person=by is not None,
        )
    )
    return case


@action("cases.transfer")
def transfer(case: Case, *, by: Person | None, to: Institution, reason: str) -> Transfer:
    """Passes the case to the competent institution (Act 16); its period begins anew with the reception there."""
    case = lock(case)
    require("transfer", case, by)
    require_move("transfer", case)
    require_open(case)
    require_offices_turn(case)
    if to == case.institution:
        raise Invalid(fields={"to": [_("The case is already there. Choose another institution.")]})
    if not to.is_active:
        raise Invalid(fields={"to": [_("This institution no longer takes cases.")]})
    require_offered(case.definition, to, "to")
    if not reason.strip():
        raise Invalid(
            fields={"reason": [_("Write why it is passed on; the applicant and the next office will read it.")]}
        )
    if case.supplements.filter(replied_at=None).exists():
        raise Conflict(
            "cases.waiting",
            _("The applicant has been asked something. Wait for the reply before you pass the case on."),
        )
    now = moment.now()
    clock = running_clock(case)
    arrived = clock.starts_at if clock else case.received_at
    limit = Period.parse(parameter("cases.transfer_between", timezone.localdate(arrived)))
    by_when = due_at(arrived, limit, working_calendar(case.institution))
    assert by_when is not None  # noqa: S101  (nothing stops this clock)
    passed = Transfer.objects.create(
        case=case, by=by, at=now, from_institution=case.institution, to_institution=to, reason=reason,
        due_at=by_when,
    )  # fmt: skip
    enter(case, "transferred", by, at=now, to=to.pk, reason=reason)
    case.institution, case.department, case.assignee, case.stage = to, None, None, case.definition.first_stage
    if clock is not None:
        clock.ended_at = now
        clock.save(update_fields=["ended_at"])
        anew = Clock(case=case, kind=clock.kind, institution=to, starts_at=now, period=clock.period)
        anew.due_at = case.due_at = due_at(now, Period.parse(clock.period), working_calendar(to))
        anew.save()
    case.save(update_fields=["institution", "department", "assignee", "stage", "due_at"])
    case.results.filter(sent_at=None).delete()
    record(case, by=by, institution_id=passed.from_institution_id, to=to.pk)
    publish(
        CaseTransferred(**facts(case, now), from_institution_id=passed.from_institution_id, by_person=by is not None)
    )
    return passed


@action("cases.note")
def note(case: Case, *, by: Person, text: str) -> Note:
    """Leaves a remark among officers; the applicant never sees it."""
    case = lock(case)
    require("note", case, by)
    if not text.strip():
        raise Invalid(fields={"text": [_("The note is empty.")]})
    remark = Note.objects.create(case=case, by=by, text=text)
    enter(case, "noted", by, internal=True, text=text)
    record(case, by=by, institution_id=case.institution_id, note=remark.pk)
    return remark
