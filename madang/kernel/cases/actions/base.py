"""What the actions on a case share: lock it, require the right and the state, put it on the timeline, tell it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from madang.kernel.common import moment, work
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.rules import Procedure

from ..models import Case, Entry
from ..queries import NEEDED, standings
from ..queries.acting import mandate_of
from ..rules import is_applicants, may, may_move_on


def lock(case: Case) -> Case:
    """The case as it is now, held until the action ends, so that two people never decide at once."""
    work.flush()
    return Case.objects.select_for_update(of=("self",)).select_related(*NEEDED).get(pk=case.pk)


def require(verb: str, case: Case, by: Person | None) -> None:
    """Refuses who may not do this. The system (None) may; who may not even see the case is told that there is none."""
    if by is None:
        return
    standing = standings(by, case)
    if not may(verb, standing):
        raise Refused(visible=may("read", standing))


def require_offered(definition: Procedure, institution: Institution, field: str) -> None:
    """Refuses an institution that does not offer the procedure; the root of the tree takes all, to pass it on."""
    if institution.parent_id and not definition.offered_by.includes(institution.kind, institution.code):
        raise Invalid(fields={field: [_("This institution does not offer this service. Choose one that does.")]})


def require_open(case: Case) -> None:
    """Refuses what can only be done while the case is open."""
    if not case.is_open:
        raise Conflict(
            "cases.closed",
            _("Case %(number)s has already been closed."),
            remedy=_("Read the result. If something is left open, ask for an additional answer or file a new case."),
            number=case.number,
        )


def require_move(verb: str, case: Case) -> None:
    """Refuses an engine's move that the procedure does not allow."""
    if verb not in case.definition.may:
        raise Conflict("cases.not-in-procedure", _("This procedure does not provide for that."))


def require_mover(case: Case, by: Person | None) -> None:
    """Refuses whose stage it is not. The system (None) may move every case on."""
    if by is not None and not may_move_on(case.definition, case.stage, standings(by, case)):
        raise Refused(visible=True)


def require_offices_turn(case: Case) -> None:
    """Refuses what has to wait until the applicant has moved the case on."""
    if is_applicants(case.definition, case.stage):
        raise Conflict(
            "cases.applicants-turn", _("It is the applicant's turn. Wait until they have moved the case on.")
        )


def require_nothing_asked(case: Case) -> None:
    """Refuses what has to wait for the applicant's reply."""
    if case.supplements.filter(replied_at=None).exists():
        raise Conflict("cases.waiting", _("The applicant has been asked something. Go on once the reply is in."))


def enter(
    case: Case, kind: str, by: Person | None, *, at: datetime | None = None, internal: bool = False, **data: Any
) -> None:
    """Puts a line on the timeline; one that somebody did for the applicant says so."""
    if for_whom(case, by):
        data["for"] = "applicant"
    work.current().rows.append(
        Entry(
            case_id=case.pk,
            at=at or moment.now(),
            by_id=by.pk if by else None,
            kind=kind,
            institution_id=case.institution_id,
            is_internal=internal,
            data=data,
        )
    )


def for_whom(case: Case, by: Person | None) -> dict[str, Any]:
    """What the record of an act says of whom it was done for: the principal's key, and the mandate's."""
    mandate = mandate_of(by, case)
    if mandate is None:
        return {}
    whose = {"for_company": case.company_id} if case.company_id else {"for": case.applicant_id}
    return whose | {"mandate": mandate.pk}


def facts(case: Case, at: datetime) -> dict[str, Any]:
    """What every event about the case carries."""
    return {
        "case_id": case.pk,
        "number": case.number,
        "procedure": case.procedure,
        "institution_id": case.institution_id,
        "topic": case.topic,
        "division": case.division,
        "is_public": case.is_public,
        "at": at,
    }
