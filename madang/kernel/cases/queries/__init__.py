"""Which cases a person may see, and how they stand to one."""

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.models import Record
from madang.kernel.common import clock as counting
from madang.kernel.common.encryption import each_sealed
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.explained import due_explained
from madang.kernel.common.kept import Kept
from madang.kernel.common.memory import remembered
from madang.kernel.common.numbers import parse
from madang.kernel.common.wording import explain
from madang.kernel.common.worktime import Period
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution, Post
from madang.kernel.institutions.queries import is_auditor, posts_of, working_calendar
from madang.kernel.mandates.queries import ever_held
from madang.kernel.mandates.queries import held as mandates_held
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import definition

from ..models import Case, Clock, Entry, Hold, Transfer, Unmasking
from ..rules import destroyed_if_closed_before, may
from .acting import reach, sees

REFERRERS = (Post.Role.DESK, Post.Role.MANAGER)
# What a page of a case names; a program is told no persons, and asks for less.
NEEDED = ("institution", "department", "assignee", "applicant")
NAMED = ("institution", "department")
# Why a clock stands, as its explanation says.
STOPPED_BY = {"supplement": _("More asked of the applicant"), "applicant": _("The applicant's turn")}
WORKING = (Post.Role.OFFICER, Post.Role.DESK, Post.Role.MANAGER)


def covers(person: Person | None) -> Q:
    """The cases that a person's posts make theirs to work on."""
    covered = Q(pk__in=[])
    for post in posts_of(person):
        if post.role in WORKING:
            here = Q(institution_id=post.institution_id)
            covered |= here & Q(department_id=post.department_id) if post.department_id else here
    return covered


def visible_to(person: Person | None) -> QuerySet[Case]:
    """The cases a person may open: their own, those under their mandates, those of their posts, those their institution
    passed on; auditors: all.

    What everyone may see of public cases, masked, is `public()`.
    """
    if person is None:
        return Case.objects.none()
    if is_auditor(person):
        return Case.objects.all()
    passed_on = Transfer.objects.filter(
        from_institution__in=[p.institution_id for p in posts_of(person) if p.role in REFERRERS and not p.department_id]
    )
    mine = Q(applicant=person)
    for mandate in mandates_held(person):
        mine |= reach(mandate)
    return Case.objects.filter(mine | covers(person) | Q(pk__in=passed_on.values("case")))


def public() -> QuerySet[Case]:
    """The cases whose applicants let everyone see them; to be shown through `public_title` and `public_text` only."""
    return Case.objects.filter(is_public=True)


def standings(person: Person | None, case: Case) -> frozenset[str]:
    """How a person stands to a case, in the words of `rules.MAY`.

    Nobody acts as an officer on a case of their own, nor on one they filed for another or follow by a mandate; when that
    mandate is over they are told nothing of what they filed under it.
    """
    if person is None:
        return frozenset()
    if case.applicant_id == person.pk:
        return frozenset({"applicant"})
    mandates = [one for one in ever_held(person) if sees(one, case)]
    if mandates:
        standing = frozenset(one.stands_as for one in mandates if one.holds)
        if standing or any(one.pk == case.mandate_id for one in mandates):
            return standing
    return frozenset(standing_posts(person, case))


def standing_posts(person: Person, case: Case) -> dict[str, Post]:
    """By which post somebody of an office stands to a case, for each of their standings."""
    found: dict[str, Post] = {}
    for post in posts_of(person):
        if post.role == Post.Role.AUDITOR:
            found["auditor"] = post
        elif post.institution_id == case.institution_id and post.department_id in (None, case.department_id):
            found[post.role] = post
        elif post.role in REFERRERS and not post.department_id and post.institution_id in _passed_on_by(case):
            found["referrer"] = post
    return found


def secret_answers(case: Case) -> dict[str, str]:
    """The fields of a case whose answers are encrypted, or hold something that is, each with its label."""
    found = []
    for field in case.definition.form if case.definition.has_secrets else ():
        each_sealed(case.data.get(field.id), lambda path, text, field=field: found.append(field))  # type: ignore[misc]
    return {field.id: field.label.text(get_language() or "") for field in found}


@dataclass(frozen=True)
class Look:
    """How often a case was looked at from an institution, or by who acts for its applicant, on a day, and what for; or a
    secret answer read, and why.
    """

    day: date
    number: str
    title: str
    institution: Institution | None
    purpose: str
    times: int
    person: Person | None = None
    field: str = ""
    reason: str = ""


def looks_at(person: Person, number: str = "", most: int = 300) -> list[Look]:
    """Who looked at a person's cases, or one of them, the newest days first: counted from the newest so many on record.

    Each reading of a secret answer stands by itself, with the reason that was given.
    """
    cases = Case.objects.filter(applicant=person, **({"number": number} if number else {}))
    known = {case.number: case for case in cases.only("number", "title", "version_id")}
    acts = Record.objects.filter(action__in=("cases.look", "cases.unmask"), subject__in=list(known)).order_by("-id")
    rows = list(acts[:most])
    keys = [key for one in rows if (key := one.details.get("unmasking"))]
    why = Unmasking.objects.in_bulk(keys) if keys else {}
    counted = Counter(
        (
            timezone.localdate(one.at), one.subject, one.institution_id, str(one.details.get("purpose", "unmasking")),
            why.get(one.details.get("unmasking", 0)), one.actor_id if one.institution_id is None else None,
        )
        for one in rows
    )  # fmt: skip
    named = Institution.objects.in_bulk({institution for _day, _number, institution, *_rest in counted if institution})
    agents = Person.objects.in_bulk({agent for *_rest, agent in counted if agent})
    return [
        Look(
            day, number, known[number].title, named.get(institution or 0), purpose, times, agents.get(agent or 0),
            _label(known[number], row.field) if row else "", row.reason if row else "",
        )
        for (day, number, institution, purpose, row, agent), times in counted.items()
    ]  # fmt: skip


def _label(case: Case, name: str) -> str:
    field = next((one for one in case.definition.form if one.id == name), None)
    return field.label.text(get_language() or "") if field else name


@dataclass(frozen=True)
class Due:
    """The cases of a procedure, closed before a day, that may be kept no longer; those that are held left out."""

    procedure: str
    years: int
    closed_before: date
    cases: QuerySet[Case]


def held(case: Case) -> Hold | None:
    """What keeps a case from being destroyed."""
    return case.holds.filter(lifted_at=None).first()


def due_for_destruction(today: date) -> list[Due]:
    """What is to be destroyed on a day. Each version of a procedure says how long its own cases are kept."""
    versions: dict[tuple[str, int], list[int]] = {}
    for key in Version.objects.order_by("procedure", "id").values_list("id", flat=True):
        one = definition(key)
        versions.setdefault((one.id, one.keep.years), []).append(key)
    found = []
    for (procedure, years), keys in versions.items():
        before = destroyed_if_closed_before(today, years)
        midnight = timezone.make_aware(datetime.combine(before, time()))
        cases = Case.objects.filter(version__in=keys, closed_at__lt=midnight)
        found.append(Due(procedure, years, before, cases.exclude(Exists(HELD))))
    return found


HELD = Hold.objects.filter(case=OuterRef("pk"), lifted_at=None)


def _passed_on_by(case: Case) -> set[int]:
    known = getattr(case, "_passed_on_by", None)
    if known is None:
        known = case._passed_on_by = set(case.transfers.values_list("from_institution_id", flat=True))  # type: ignore[attr-defined]
    return known


# A program is told the names of institution and department; all they are competent for is long.
_TOLD = [field.name for field in Case._meta.concrete_fields]
_TOLD += [f"{place}__{name}" for place in NAMED for name in ("code", "name", "name_en")]

_with: dict[tuple[str, ...], Kept[Case]] = {
    NEEDED: Kept(lambda number: Case.objects.filter(number=number).select_related(*NEEDED), str),
    NAMED: Kept(lambda number: Case.objects.filter(number=number).select_related(*NAMED).only(*_TOLD), str),
}


def _by_number(number: str, needed: tuple[str, ...]) -> Case | None:
    return _with[needed].first(str(parse(number)))


def by_number(person: Person | None, number: str) -> Case:
    """The case with this number, typed in any way, for those who may open it; 404 for everyone else.

    Decided by `standings` on the one row: the same cases as `visible_to`, without asking for posts where one applied.
    """
    case = _by_number(number, NEEDED)
    if case is None or not may("read", standings(person, case)):
        raise Refused()
    return case


QUEUES = ("new", "mine", "today", "overdue", "waiting", "approval", "open")


def queue(person: Person, name: str) -> QuerySet[Case]:
    """One of an officer's queues, the most urgent first.

    new: nobody's yet; mine: in my hands; today: due before midnight; overdue; waiting: for the applicant;
    approval: a draft waits for a manager; open: all that is not closed.
    """
    cases = Case.objects.filter(covers(person), closed_at=None).select_related("institution", "department", "assignee")
    match name:
        case "new":
            return cases.filter(assignee=None).order_by("received_at", "id")
        case "mine":
            return cases.filter(assignee=person).order_by("due_at", "id")
        case "today":
            return cases.filter(due_at__gte=Now(), due_at__lt=_midnight()).order_by("due_at", "id")
        case "overdue":
            return cases.filter(due_at__lt=Now()).order_by("due_at", "id")
        case "waiting":
            return cases.filter(due_at=None).order_by("received_at", "id")
        case "approval":
            waiting = Q(results__proposed_at__isnull=False, results__sent_at=None)
            return cases.filter(waiting).order_by("due_at", "id")
    return cases.order_by("due_at", "id")


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def running_clock(case: Case) -> Clock | None:
    """The legal period that runs (or stands stopped) over a case."""
    return case.clocks.filter(ended_at=None).order_by("-starts_at").first()


def course_of(clock: Clock) -> dict[str, Any]:
    """What the counting rules need to know of a clock, as arguments for `clock.due_at` and `clock.due_explained`."""
    return {
        "received": clock.starts_at,
        "period": Period.parse(clock.period),
        "calendar": working_calendar(clock.institution),
        "pauses": [
            counting.Pause(one.since, one.until, str(STOPPED_BY.get(one.reason, one.reason)))
            for one in clock.pauses.all()
        ],
        "extensions": [Period.parse(e.period) for e in clock.extensions.all() if e.is_in_force],
    }


def explanation_of(clock: Clock, language: str) -> list[str]:
    """Line by line, how the due moment of a clock was counted, for whoever asks why."""
    with override(language):
        course = course_of(clock)
    return explain(due_explained(**course).lines, language)


@remembered(5.0)
def central_desk() -> Institution:
    """Where a case goes whose applicant names no institution: the desk at the root of the country's tree."""
    root = Institution.objects.filter(parent=None, is_active=True).order_by("id").first()
    if root is None:
        raise Conflict("cases.no-institution", _("No institution has been set up yet, so nothing can be received."))
    return root


def readable(person: Person | None, number: str, needed: tuple[str, ...] = NEEDED) -> Case:
    """The case with this number if this person may read it, whole or (being public) masked; 404 otherwise."""
    case = _by_number(number, needed)
    if case is None or not (case.is_public or may("read", standings(person, case))):
        raise Refused()
    return case


def timeline(case: Case, standing: frozenset[str]) -> list[Entry]:
    """What happened, oldest first; lines among officers only for those who may read inside."""
    entries = case.entries.select_related("by", "institution").order_by("at", "id")
    return list(entries if may("read_inside", standing) else entries.filter(is_internal=False))


T = TypeVar("T", bound=models.Model)


def page_of(rows: QuerySet[T], cursor: str, limit: int) -> tuple[list[T], str | None]:
    """A page of rows by reception, the newest first, and the cursor of the next; good also while rows are added."""
    if cursor:
        try:
            at, key = base64.urlsafe_b64decode(cursor).decode().split("|")
            last = {"at": datetime.fromisoformat(at), "key": int(key)}
        except ValueError as error:
            raise Invalid(fields={"cursor": [_("This is not a cursor of ours. Start from the first page.")]}) from error
        rows = rows.filter(
            Q(received_at__lt=last["at"]) | Q(received_at=last["at"], id__lt=last["key"]), received_at__lte=last["at"]
        )
    found = list(rows.order_by("-received_at", "-id")[: limit + 1])
    if len(found) <= limit:
        return found, None
    mark = f"{found[limit - 1].received_at.isoformat()}|{found[limit - 1].pk}"  # type: ignore[attr-defined]
    return found[:limit], base64.urlsafe_b64encode(mark.encode()).decode()


def overdue_by_kind() -> list[tuple[str, int, int]]:
    """Kind of institution, how many of its running clocks are past their moment, and how many of these since an hour ago.

    Only what is overdue is read, by the index of running clocks; what runs in time is not.
    """
    passed = Clock.objects.filter(ended_at=None, due_at__lt=Now()).order_by()
    lately = Q(due_at__gte=Now() - timedelta(hours=1))
    counted = passed.values("institution__kind").annotate(
        overdue=models.Count("pk"), newly=models.Count("pk", filter=lately)
    )
    return [(one["institution__kind"], one["overdue"], one["newly"]) for one in counted]


MOST_COUNTED = 1000


def queue_counts(person: Person) -> dict[str, int]:
    """How many cases are in each queue, counted to a thousand: further, nobody counts on a workbench."""
    parts = [queue(person, name).order_by().values("pk")[:MOST_COUNTED] for name in QUEUES]
    counted = [Case.objects.filter(pk__in=part).aggregate(n=models.Count("pk"))["n"] for part in parts]
    return dict(zip(QUEUES, counted, strict=True))
