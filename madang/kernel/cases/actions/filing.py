"""A case begins, gets its papers, or is taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, be_sure_of, record
from madang.kernel.common import moment, work
from madang.kernel.common.clock import due_at
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.numbers import make
from madang.kernel.common.worktime import Period
from madang.kernel.documents.models import File
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution
from madang.kernel.institutions.queries import division_at, working_calendar
from madang.kernel.mandates.models import Mandate
from madang.kernel.mandates.rules import FILING, covers
from madang.kernel.procedures.models import Version, seal_answers
from madang.kernel.procedures.rules import Procedure

from ..contracts import CaseFiled, CaseWithdrawn
from ..models import Attachment, Case, Clock, Result
from ..rules import is_public as seen_by_all
from ..rules import needs_reason, place_of
from .base import enter, facts, for_whom, lock, require, require_move, require_offered, require_open

_keys = work.Keys("cases_case_key")
_numbers = work.Keys("cases_case_number")


@action("cases.file", single=True)
def file(
    version: Version, *, by: Person | None, data: dict[str, Any], institution: Institution,
    channel: str = Case.Channel.WEB, is_public: bool = False, title: str = "", topic: str = "", language: str = "",
    key: str | None = None, received_at: datetime | None = None, files: tuple[File, ...] = (),
    mandate: Mandate | None = None,
) -> Case:  # fmt: skip
    """Receives a filled form (already validated against its version) as a case at an institution, and starts its clock.

    The institution is one that offers the procedure, or the root of the tree, whose desk passes it on: Invalid
    (`institution`) otherwise. StepUp for who is not known as surely as it wants. `is_public` is what the applicant
    wants where the procedure leaves that to them.
    `key` names the filing, so that it cannot happen twice: see `file_once`. All rows are written by one statement.
    Under a `mandate` the case is the principal's, and `by` has filed it for them: needs a transaction, in which the
    mandate is held; Invalid (`on_behalf_of`) when it does not hold any more, or does not reach so far.
    """
    definition = version.definition
    be_sure_of(by, definition.sign_in.level)
    require_offered(definition, institution, "institution")
    if by is not None and any(one.owner_id != by.pk for one in files):
        raise Refused()
    if mandate is not None:
        mandate = _held(mandate, by, definition)
    now = received_at or moment.now()
    place = place_of(definition, data)
    case = Case(
        id=_keys.take(),
        number=make(definition.number_prefix, timezone.localtime(now).year, _numbers.take()),
        key=key,
        procedure=version.procedure,
        version=version,
        applicant=mandate.principal if mandate else by,
        company=mandate.company if mandate else None,
        mandate=mandate,
        channel=channel,
        language=language or (by.language if by else ""),
        is_public=seen_by_all(definition, is_public),
        title=(title or data.get("title") or definition.title.text(language or None))[:200],
        topic=topic,
        division=place.get("division") or _division(place),
        lat=place.get("lat"),
        lon=place.get("lon"),
        institution=institution,
        stage=definition.first_stage,
        received_at=now,
    )
    if definition.deadline:
        case.due_at = due_at(now, Period.parse(definition.deadline), working_calendar(institution))
        work.current().rows.append(
            Clock(
                case_id=case.id,
                kind=Clock.Kind.HANDLING,
                institution=institution,
                starts_at=now,
                period=str(definition.deadline),
                due_at=case.due_at,
            )
        )
    case.data = seal_answers(case, definition, data)
    work.current().rows.append(case)
    work.current().rows += [Attachment(case_id=case.id, by=by, at=now, file=one) for one in files]
    enter(case, "filed", by, at=now)
    record(case, by=by, institution_id=institution.pk, procedure=case.procedure, **for_whom(case, by))
    publish(CaseFiled(**facts(case, now)))
    return case


def _held(mandate: Mandate, by: Person | None, definition: Procedure) -> Mandate:
    """The mandate as it is now; whoever ends it waits until the case is filed, or was first."""
    held = Mandate.objects.select_for_update(of=("self",), no_key=True).select_related("principal", "company")
    mandate = held.get(pk=mandate.pk)
    if by is None or mandate.agent_id != by.pk:
        raise Refused()
    if not mandate.holds:
        raise Invalid(fields={"on_behalf_of": [_("This mandate does not hold any more. Choose for whom you send it.")]})
    if not definition.sign_in.delegate:
        raise Invalid(fields={"on_behalf_of": [_("This must be asked for in person.")]})
    if mandate.may not in FILING or not covers(mandate.scope, definition.id):
        raise Invalid(fields={"on_behalf_of": [_("The mandate does not reach so far. Choose for whom you send it.")]})
    return mandate


def _division(place: Mapping[str, Any]) -> str:
    known = place.get("lat") is not None and place.get("lon") is not None
    return division_at(place["lat"], place["lon"]) if known else ""


def file_once(version: Version, *, key: str, **rest: Any) -> tuple[Case, bool]:
    """Files, unless the same key was filed before: returns the case and whether it is new."""
    try:
        with transaction.atomic():
            return file(version, key=key, **rest), True
    except IntegrityError:
        case = Case.objects.filter(key=key).first()
        if case is None:
            raise
        return case, False


@action("cases.attach")
def attach(case: Case, *, by: Person, file: File, internal: bool = False, result: Result | None = None) -> Attachment:
    """Puts a file of one's own to an open case: the applicant as a paper of the case, an officer as one of the office.

    With a `result` that has not been sent, the file stays inside the office until it goes out with it.
    """
    case = lock(case)
    require("attach", case, by)
    require_open(case)
    if file.owner_id != by.pk:
        raise Refused()
    if result is not None:
        require("draft", case, by)
        if result.case_id != case.pk or result.sent_at is not None:
            raise Conflict("cases.sent", _("This answer has already been sent."))
    inside = internal or result is not None
    attachment = Attachment.objects.create(case=case, by=by, file=file, is_internal=inside, result=result)
    enter(case, "attached", by, internal=inside, name=file.name)
    record(case, by=by, institution_id=case.institution_id, file=file.pk, **for_whom(case, by))
    return attachment


@action("cases.withdraw")
def withdraw(case: Case, *, by: Person, reason: str = "") -> Case:
    """The applicant takes the case back, any time before it is closed (Act 22)."""
    case = lock(case)
    require("withdraw", case, by)
    require_move("withdraw", case)
    require_open(case)
    if needs_reason(case.definition, "withdrawn") and not reason.strip():
        raise Invalid(fields={"reason": [_("Write why you take it back.")]})
    now = moment.now()
    case.stage, case.closed_at, case.due_at = "withdrawn", now, None
    case.save(update_fields=["stage", "closed_at", "due_at"])
    case.clocks.filter(ended_at=None).update(ended_at=now)
    enter(case, "withdrawn", by, at=now, reason=reason)
    record(case, by=by, institution_id=case.institution_id, **for_whom(case, by))
    publish(CaseWithdrawn(**facts(case, now)))
    return case
