"""The legal clock of a case: stopped by a supplement, moved by an extension, wound anew when the calendar changes."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.clock import due_at, extension_allowed
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.parameters import parameter
from madang.kernel.common.worktime import ClockError, Period
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Person

from ..contracts import CaseExtended, DeadlineNear, DeadlinePassed, SupplementAsked, SupplementGiven
from ..models import Case, Clock, Extension, Pause, Supplement
from ..queries import course_of, running_clock
from .base import enter, facts, for_whom, lock, require, require_move, require_offices_turn, require_open


def rewind(clock: Clock) -> None:
    """Computes the due moment anew from the recorded facts and shows it on the case."""
    before, clock.due_at = clock.due_at, due_at(**course_of(clock))
    if clock.due_at and before and clock.due_at > before:
        clock.reminded_at = clock.dunned_at = None
    clock.save(update_fields=["due_at", "reminded_at", "dunned_at"])
    Case.objects.filter(pk=clock.case_id, closed_at=None).update(due_at=clock.due_at)


def stop(case: Case, reason: str, at: datetime) -> None:
    """The clock of the case stands from now on, because of `reason`: supplement or applicant."""
    clock = running_clock(case)
    if clock is not None:
        Pause.objects.create(clock=clock, reason=reason, since=at)
        rewind(clock)


def go_on(case: Case, at: datetime) -> None:
    """The clock of the case runs again."""
    clock = running_clock(case)
    if clock is not None:
        clock.pauses.filter(until=None).update(until=at)
        rewind(clock)


@action("cases.ask")
def ask(case: Case, *, by: Person, question: str, days: int | None = None) -> Supplement:
    """Asks the applicant for what is missing; the clock stops until they reply (Act 22, Decree 24)."""
    case = lock(case)
    require("ask", case, by)
    require_move("supplement", case)
    require_open(case)
    require_offices_turn(case)
    if not question.strip():
        raise Invalid(fields={"question": _("Write what the applicant should send or explain.")})
    if case.supplements.filter(replied_at=None).exists():
        raise Conflict("cases.already-asked", _("The applicant has already been asked and has not replied yet."))
    now = moment.now()
    days = days or parameter("cases.supplement_days", timezone.localdate())
    supplement = Supplement.objects.create(
        case=case, by=by, at=now, question=question, answer_by=timezone.localdate(now) + timedelta(days=days)
    )
    stop(case, "supplement", now)
    enter(case, "asked", by, at=now, question=question, answer_by=supplement.answer_by.isoformat())
    record(case, by=by, institution_id=case.institution_id, supplement=supplement.pk)
    publish(SupplementAsked(**facts(case, now), supplement_id=supplement.pk))
    return supplement


@action("cases.reply")
def reply(supplement: Supplement, *, by: Person, text: str) -> Supplement:
    """The applicant supplies what was asked for; the clock goes on."""
    case = lock(supplement.case)
    require("reply", case, by)
    require_open(case)
    supplement = Supplement.objects.get(pk=supplement.pk)
    if supplement.replied_at:
        raise Conflict("cases.already-replied", _("You have already replied to this question."))
    if not text.strip():
        raise Invalid(fields={"text": _("Write your reply.")})
    now = moment.now()
    supplement.reply, supplement.replied_at = text, now
    supplement.save(update_fields=["reply", "replied_at"])
    go_on(case, now)
    enter(case, "replied", by, at=now, text=text)
    record(case, by=by, institution_id=case.institution_id, supplement=supplement.pk, **for_whom(case, by))
    publish(SupplementGiven(**facts(case, now), supplement_id=supplement.pk))
    return supplement


@action("cases.extend")
def extend(case: Case, *, by: Person, period: str, reason: str) -> Extension:
    """Extends the deadline: once by at most its own length, a second time if the applicant consents (Decree 21)."""
    case = lock(case)
    require("extend", case, by)
    require_move("extend", case)
    require_open(case)
    clock = running_clock(case)
    if clock is None or clock.due_at is None:
        raise Conflict("cases.no-clock", _("No deadline is running, so there is nothing to extend."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Write why more time is needed; the applicant will read it.")})
    earlier = list(clock.extensions.all())
    try:
        added = Period.parse(period)
    except ClockError as error:
        raise Invalid(fields={"period": [_(error.message) % error.params]}) from error
    granted = [Period.parse(one.period) for one in earlier]
    ruling = extension_allowed(Period.parse(clock.period), granted, added, consent=True)
    rule = case.definition.extension
    if not ruling or len(earlier) >= rule.max + rule.with_consent:
        why = _(ruling.reason) if ruling.reason else _("This procedure allows no further extension.")
        raise Invalid(fields={"period": [why]})
    now = moment.now()
    extension = Extension.objects.create(
        case=case, clock=clock, by=by, at=now, period=str(added), reason=reason, needs_consent=len(earlier) >= rule.max
    )
    if not extension.needs_consent:
        rewind(clock)
    enter(
        case,
        "consent_asked" if extension.needs_consent else "extended",
        by,
        at=now,
        period=str(added),
        reason=reason,
        due=_iso(clock),
    )
    record(case, by=by, institution_id=case.institution_id, extension=extension.pk, period=str(added))
    publish(CaseExtended(**facts(case, now), extension_id=extension.pk, needs_consent=extension.needs_consent))
    return extension


@action("cases.consent")
def consent(extension: Extension, *, by: Person, agree: bool) -> Extension:
    """The applicant consents to a second extension, or refuses it."""
    case = lock(extension.case)
    require("consent", case, by)
    require_open(case)
    extension = Extension.objects.select_related("clock__institution").get(pk=extension.pk)
    if not extension.is_pending:
        raise Conflict("cases.consent-given", _("You have already decided on this."))
    now = moment.now()
    if agree:
        extension.consented_at = now
    else:
        extension.refused_at = now
    extension.save(update_fields=["consented_at", "refused_at"])
    rewind(extension.clock)
    enter(
        case,
        "extended" if agree else "consent_refused",
        by,
        at=now,
        period=extension.period,
        reason=extension.reason,
        due=_iso(extension.clock),
    )
    record(case, by=by, institution_id=case.institution_id, extension=extension.pk, agree=agree, **for_whom(case, by))
    if agree:
        publish(CaseExtended(**facts(case, now), extension_id=extension.pk, needs_consent=False))
    return extension


@action("cases.wind")
def wind(clock: Clock, *, by: Person | None = None, because: str = "") -> bool:
    """Counts a running clock anew, because the calendar changed; tells the timeline when the due moment moved."""
    if by is not None:
        raise Refused()
    case = lock(clock.case)
    before = clock.due_at
    rewind(clock)
    moved = clock.due_at != before
    if moved:
        enter(case, "rewound", by, because=because, due=_iso(clock))
    record(case, by=by, institution_id=case.institution_id, moved=moved)
    return moved


@action("cases.remind")
def remind(clock: Clock, *, by: Person | None = None) -> None:
    """Reminds of a deadline that is near, or duns for one that has passed, each once (Decree 28)."""
    if by is not None:
        raise Refused()
    case = lock(clock.case)
    now = moment.now()
    clock.refresh_from_db()
    record(case, by=by, institution_id=case.institution_id)
    if not case.is_open or clock.due_at is None:
        return
    if clock.due_at < now and not clock.dunned_at:
        clock.dunned_at = now
        enter(case, "overdue", by, at=now, due=_iso(clock))
        publish(DeadlinePassed(**facts(case, now)))
    elif clock.due_at >= now and not clock.reminded_at:
        clock.reminded_at = now
        enter(case, "near", by, at=now, internal=True, due=_iso(clock))
        publish(DeadlineNear(**facts(case, now)))
    clock.save(update_fields=["dunned_at", "reminded_at"])


def _iso(clock: Clock) -> str | None:
    return clock.due_at.isoformat() if clock.due_at else None
