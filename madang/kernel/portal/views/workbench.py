"""The officer's workbench: what is overdue, due today, new, mine, waiting; and work handed out in one go."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import QUEUES, queue, queue_counts, visible_to
from madang.kernel.common.errors import DomainError, Refused
from madang.kernel.common.pages import page_number
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Department, Post
from madang.kernel.institutions.queries import posts_of
from madang.kernel.mandates.queries import desk_post

from ..templatetags.marks import due, status

PAGE = 50
# In the order of urgency; the first that holds something is shown first.
LABELS: dict[str, Any] = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "approval": gettext_lazy("For approval"),
    "new": gettext_lazy("New"),
    "mine": gettext_lazy("Mine"),
    "waiting": gettext_lazy("Waiting for the applicant"),
    "open": gettext_lazy("All open"),
}


def _officer(request: HttpRequest) -> Person:
    """The person, if they hold a post on which work is done; for anyone else there is no workbench."""
    person = person_of(request)
    if person is None or not any(post.role != Post.Role.AUDITOR for post in posts_of(person)):
        raise Refused()
    return person


@login_required
def queues(request: HttpRequest, name: str = "") -> HttpResponse:
    """One queue, the most urgent first, fifty at a time, by a fixed number of queries."""
    person = _officer(request)
    counts = queue_counts(person)
    name = name or next((one for one in LABELS if counts[one]), "new")
    if name not in QUEUES:
        raise Refused()
    language = get_language() or ""
    q = request.GET.get("q", "").strip()[:100]
    page = page_number(request)
    rows = queue(person, name).select_related("version")
    found = list((_narrowed(rows, q) if q else rows)[(page - 1) * PAGE : page * PAGE + 1])
    here = reverse("portal:queue", args=[name])
    context = {
        "breadcrumbs": [(_("Workbench"), "")],
        "tabs": [
            {"label": label, "url": reverse("portal:queue", args=[one]), "current": one == name, "count": counts[one]}
            for one, label in LABELS.items()
        ],
        "name": name,
        "here": here,
        "q": q,
        "title": LABELS[name],
        "columns": [_("Subject"), _("Stage"), _("In charge"), _("Received"), _("Answer due")],
        "rows": [_row(case, language) for case in found[:PAGE]],
        "previous": f"{here}?{urlencode({'q': q, 'page': str(page - 1)})}" if page > 1 else "",
        "next": f"{here}?{urlencode({'q': q, 'page': str(page + 1)})}" if len(found) > PAGE else "",
        "staff": _staff(person),
        "at_desk": desk_post(person) is not None,
    }
    return render(request, "portal/workbench.html", context)


def _narrowed(rows: Any, q: str) -> Any:
    """The cases of a queue in whose subject, number or names each of the words occurs."""
    names = ("title", "number", "applicant__name", "assignee__name", "department__name", "department__name_en")
    for word in q.split()[:5]:
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows


def _row(case: Case, language: str) -> dict[str, Any]:
    definition = case.definition
    in_charge = [str(one) for one in (case.department, case.assignee) if one]
    left = due(case.due_at, None, case.is_waiting) if definition.deadline else ""
    return {
        "value": case.number,
        "label": f"{case.number} {case.title}",
        "url": reverse("portal:case", args=[case.number]),
        "cells": [
            {"text": case.title, "note": f"{case.number} · {definition.title.text(language)}"},
            status(definition.stages[case.stage].label.text(language), "information"),
            {"text": " · ".join(in_charge) or _("not assigned")},
            _brief(case.received_at),
            {"text": left, "note": _brief(case.due_at) if case.due_at else ""},
        ],
    }


def _brief(at: datetime) -> str:
    # Translators: format of day and time in a dense table, in Django's date format letters.
    return date_format(timezone.localtime(at), _("j M, H:i"))


def _staff(person: Person) -> list[tuple[str, list[tuple[str, str]]]]:
    """To whom work may be given: departments and people of the institutions one works for, each once."""
    institutions = {post.institution_id for post in posts_of(person) if post.role != Post.Role.AUDITOR}
    departments = Department.objects.filter(institution__in=institutions).select_related("institution")
    posts = Post.objects.filter(institution__in=institutions).exclude(role=Post.Role.AUDITOR)
    posts = posts.select_related("person", "department", "institution").order_by(
        "institution", "department", "person__name"
    )
    people = {(post.person_id, post.department_id or -post.institution_id): post for post in posts}
    several = len(institutions) > 1
    places = [(f"d{one.pk}", f"{one} ({one.institution})" if several else str(one)) for one in departments]
    named = [(f"p{one.pk}", f"{one.person} ({one.department or one.institution})") for one in people.values()]
    return [(_("People"), named), (_("Departments"), places)]


@login_required
@require_POST
def hand_out(request: HttpRequest) -> HttpResponse:
    """Gives the ticked cases to an officer or a department; each by itself, and those that fail are named."""
    person = _officer(request)
    name = request.POST.get("queue", "")
    back = redirect("portal:queue", name=name if name in QUEUES else "new")
    cases = list(visible_to(person).filter(number__in=request.POST.getlist("case")[:PAGE]))
    department, to = (None, person) if "mine" in request.POST else _receiver(request.POST.get("to", ""))
    if not cases or not (department or to):
        messages.warning(request, _("Tick the cases and choose who takes them."))
        return back
    done = 0
    for case in cases:
        try:
            actions.assign(case, by=person, department=department, to=to)
            done += 1
        except DomainError as error:
            reasons = " ".join(text for texts in error.fields.values() for text in texts)
            messages.warning(request, f"{case.number}: {reasons or error}")
    if done:
        told = ngettext("%(count)d case given to %(name)s.", "%(count)d cases given to %(name)s.", done)
        messages.success(request, told % {"count": done, "name": to or department})
    return back


def _receiver(chosen: str) -> tuple[Department | None, Person | None]:
    kind, key = chosen[:1], chosen[1:]
    if not key.isdecimal() or len(key) > 18:
        return None, None
    if kind == "d":
        return Department.objects.filter(pk=key).first(), None
    post = Post.objects.select_related("person", "department").filter(pk=key).first() if kind == "p" else None
    return (post.department, post.person) if post else (None, None)
