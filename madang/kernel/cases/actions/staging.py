"""A case is moved on from stage to stage, as its procedure says and by those whose stage it is."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.errors import Conflict, Invalid
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person

from ..contracts import CaseAdvanced
from ..models import Case
from ..rules import is_applicants, needs_reason, open_steps
from .base import enter, facts, for_whom, lock, require, require_mover, require_nothing_asked, require_open
from .clocking import go_on, stop


@action("cases.advance")
def advance(case: Case, *, by: Person | None, to: str, reason: str = "") -> Case:
    """Moves the case on to another open stage. The clock runs on, but stands while it is the applicant's turn."""
    case = lock(case)
    require("advance", case, by)
    require_open(case)
    require_mover(case, by)
    definition, before = case.definition, case.stage
    if to not in open_steps(definition, before):
        raise Invalid(fields={"to": [_("Choose a stage that follows the present one.")]})
    if needs_reason(definition, to) and not reason.strip():
        raise Invalid(fields={"reason": [_("Write why; the applicant will read it.")]})
    require_nothing_asked(case)
    if any(result.waits_for_approval for result in case.results.filter(round=case.round)):
        raise Conflict("cases.in-approval", _("The answer is with the manager for approval."))
    now = moment.now()
    case.stage = to
    case.save(update_fields=["stage"])
    waited, waits = is_applicants(definition, before), is_applicants(definition, to)
    if waits and not waited:
        stop(case, "applicant", now)
    elif waited and not waits:
        go_on(case, now)
    way: dict[str, Any] = {"from": before, "to": to}
    enter(case, "advanced", by, at=now, **way, reason=reason)
    record(case, by=by, institution_id=case.institution_id, **way, **for_whom(case, by))
    publish(CaseAdvanced(**facts(case, now), from_stage=before, to_stage=to, reason=reason, by_person=by is not None))
    return case
