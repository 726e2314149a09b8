"""How long a case is kept: destroyed when its procedure says so, unless somebody holds it."""

from collections.abc import Callable
from datetime import date

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.documents.actions import destroy_files
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person
from madang.kernel.notices.actions import destroy_about

from ..contracts import CaseDestroyed
from ..models import Attachment, Case, Destruction, Hold
from ..queries import Due, due_for_destruction, held
from .base import enter, facts, lock, require

# So many cases are destroyed by one transaction: short, whatever has come together.
BATCH = 100

Progress = Callable[[Due, int], None]


@action("cases.hold")
def hold(case: Case, *, by: Person, reason: str) -> Hold:
    """A manager keeps a case from being destroyed, because of a suit or an inquiry, until the hold is lifted."""
    case = lock(case)
    require("hold", case, by)
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Write why the case must be kept.")]})
    if held(case):
        raise Conflict("cases.held", _("The case is held already."))
    now = moment.now()
    made = Hold.objects.create(case=case, by=by, at=now, reason=reason)
    enter(case, "held", by, at=now, internal=True, reason=reason)
    record(case, by=by, institution_id=case.institution_id, hold=made.pk)
    return made


@action("cases.lift")
def lift(case: Case, *, by: Person, reason: str) -> Hold:
    """A manager lifts a hold: the case is destroyed when its time has come."""
    case = lock(case)
    require("hold", case, by)
    found = held(case)
    if found is None:
        raise Conflict("cases.not-held", _("The case is not held."))
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Write why the case need not be kept any longer.")]})
    now = moment.now()
    found.lifted_at, found.lifted_by = now, by
    found.save(update_fields=["lifted_at", "lifted_by"])
    enter(case, "lifted", by, at=now, internal=True, reason=reason)
    record(case, by=by, institution_id=case.institution_id, hold=found.pk)
    return found


@action("cases.destroy")
def destroy(due: Due, *, by: Person | None = None) -> int:
    """Destroys some of the cases that are due, with all their facts, files and notices; returns how many.

    What was counted of them, and what is on record, stays. Only the system does so.
    """
    if by is not None:
        raise Refused()
    # Who holds a case locks it first. What somebody has locked now is left for the next time; a hold that was made
    # while we waited for our locks is seen by asking again, once we have them.
    batch = list(due.cases.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:BATCH])
    kept = set(Hold.objects.filter(case__in=batch, lifted_at=None).values_list("case_id", flat=True))
    cases = [case for case in batch if case.pk not in kept]
    numbers, now = [case.number for case in cases], moment.now()
    files = list(Attachment.objects.filter(case__in=cases).values_list("file_id", flat=True))
    for case in cases:
        publish(CaseDestroyed(**facts(case, now)))
    Case.objects.filter(pk__in=[case.pk for case in cases]).delete()
    destroyed = destroy_files(files) if files else 0
    if numbers:
        destroy_about(numbers)
        row, _new = Destruction.objects.get_or_create(
            day=timezone.localdate(), procedure=due.procedure, closed_before=due.closed_before
        )
        Destruction.objects.filter(pk=row.pk).update(cases=F("cases") + len(cases), files=F("files") + destroyed)
    record("cases", by=by, procedure=due.procedure, destroyed=numbers, files=destroyed)
    return len(cases)


def destroy_due(today: date | None = None, progress: Progress = lambda due, number: None) -> int:
    """Destroys every case that has been kept for as long as its procedure says; returns how many.

    May be cut off at any time, and repeated: what is gone is gone whole, and what is left is found again.
    """
    total = 0
    for due in due_for_destruction(today or timezone.localdate()):
        while number := destroy(due):
            total += number
            progress(due, number)
    return total
