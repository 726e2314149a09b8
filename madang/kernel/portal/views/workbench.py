"""The officer's workbench: what is new, mine, due today, overdue, waiting; and work handed out in one go."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import QUEUES, queue, queue_counts, visible_to
from madang.kernel.common.errors import DomainError, Refused
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Post
from madang.kernel.institutions.queries import posts_of

from ..templatetags.marks import moment

PAGE = 50
LABELS: dict[str, Any] = {
    "new": gettext_lazy("New"),
    "mine": gettext_lazy("Mine"),
    "today": gettext_lazy("Due today"),
    "overdue": gettext_lazy("Overdue"),
    "waiting": gettext_lazy("Waiting for the applicant"),
    "approval": gettext_lazy("For approval"),
    "open": gettext_lazy("All open"),
}


def _officer(request: HttpRequest) -> Person:
    """The person, if they hold a post on which work is done; for anyone else there is no workbench."""
    person = person_of(request)
    if person is None or not any(post.role != Post.Role.AUDITOR for post in posts_of(person)):
        raise Refused()
    return person


@login_required
def queues(request: HttpRequest, name: str = "new") -> HttpResponse:
    """One queue, the most urgent first, fifty at a time; the number of queries does not depend on how many there are."""
    person = _officer(request)
    if name not in QUEUES:
        raise Refused()
    language = get_language() or ""
    page = max(int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1, 1)
    found = list(queue(person, name)[(page - 1) * PAGE : page * PAGE + 1])
    counts = queue_counts(person)
    here = reverse("portal:queue", args=[name])
    context = {
        "breadcrumbs": [(_("Workbench"), "")],
        "tabs": [
            {
                "label": LABELS[one],
                "url": reverse("portal:queue", args=[one]),
                "current": one == name,
                "count": counts[one],
            }
            for one in QUEUES
        ],
        "name": name,
        "title": LABELS[name],
        "columns": [_("Case"), _("Subject"), _("Stage"), _("Department"), _("Officer"), _("Received"), _("Due")],
        "rows": [_row(case, language) for case in found[:PAGE]],
        "previous": f"{here}?page={page - 1}" if page > 1 else "",
        "next": f"{here}?page={page + 1}" if len(found) > PAGE else "",
        "staff": _staff(person),
    }
    return render(request, "portal/workbench.html", context)


def _row(case: Case, language: str) -> dict[str, Any]:
    return {
        "value": case.number,
        "label": case.number,
        "url": reverse("portal:case", args=[case.number]),
        "cells": [
            case.number,
            case.title,
            case.definition.stages[case.stage].label.text(language),
            str(case.department or ""),
            str(case.assignee or ""),
            moment(case.received_at),
            moment(case.due_at) if case.due_at else _("stopped") if case.definition.deadline else "",
        ],
    }


def _staff(person: Person) -> list[tuple[str, str]]:
    institutions = {post.institution_id for post in posts_of(person) if post.role != Post.Role.AUDITOR}
    posts = Post.objects.filter(institution__in=institutions).exclude(role=Post.Role.AUDITOR)
    posts = posts.select_related("person", "department", "institution").order_by(
        "institution", "department", "person__name"
    )
    return [(str(post.pk), f"{post.person} ({post.department or post.institution})") for post in posts]


@login_required
@require_POST
def hand_out(request: HttpRequest) -> HttpResponse:
    """Gives the ticked cases to one officer; each succeeds or fails by itself, and the failures are named."""
    person = _officer(request)
    back = redirect("portal:queue", name=request.POST.get("queue") if request.POST.get("queue") in QUEUES else "new")
    post = Post.objects.select_related("person", "department").filter(pk=_number(request.POST.get("to"))).first()
    cases = list(visible_to(person).filter(number__in=request.POST.getlist("case")[:PAGE]))
    if post is None or not cases:
        messages.warning(request, _("Tick the cases and choose who takes them."))
        return back
    done = 0
    for case in cases:
        try:
            actions.assign(case, by=person, department=post.department, to=post.person)
            done += 1
        except DomainError as error:
            reasons = " ".join(text for texts in error.fields.values() for text in texts)
            messages.warning(request, f"{case.number}: {reasons or error}")
    if done:
        told = ngettext("%(count)d case given to %(name)s.", "%(count)d cases given to %(name)s.", done)
        messages.success(request, told % {"count": done, "name": post.person})
    return back


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
