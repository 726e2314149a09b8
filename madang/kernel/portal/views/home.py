"""The first page, one's own page, and whether the site is well."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import looks_at, page_of
from madang.kernel.cases.queries.acting import filed_under, under
from madang.kernel.identity.queries import person_of
from madang.kernel.mandates.queries import held_by_number
from madang.kernel.procedures.queries import catalogue, drafts_visible_to

from ..contracts import TASKS
from ..templatetags.marks import day, first_url, moment
from .figures import home_figures


def home(request: HttpRequest) -> HttpResponse:
    """What most people come for, and how government is doing."""
    person = person_of(request)
    entries = catalogue(get_language() or "")
    context = {
        "tasks": [
            *tasks(),
            {
                "title": _("Follow my case"),
                "text": _("See where it is, and until when it will be answered."),
                "url": reverse("portal:my-page"),
                "icon": "list",
            },
            {
                "title": _("See how government does"),
                "text": _("Figures of every institution, open to all."),
                "url": first_url("portal:figures"),
                "icon": "chart",
            },
        ],
        "services": [
            {"title": one.title, "text": one.summary, "url": reverse("portal:procedure", args=[one.id])}
            for one in entries[:6]
        ],
        "my_cases": _items(page_of(Case.objects.filter(applicant=person).select_related("institution"), "", 3)[0])
        if person
        else [],
    }
    return render(request, "portal/home.html", context | home_figures())


def tasks() -> list[dict[str, str]]:
    """What services offer first."""
    return [
        {"title": str(one.title), "text": str(one.text), "url": reverse(one.address), "icon": one.icon} for one in TASKS
    ]


@login_required
def my_page(request: HttpRequest) -> HttpResponse:
    """One's own cases, the newest first, and forms one has begun."""
    person = person_of(request)
    language = get_language() or ""
    mine = Case.objects.filter(applicant=person).select_related("institution")
    cases, following = page_of(mine, request.GET.get("cursor", ""), 20)
    context = {
        "items": _items(cases),
        "drafts": [
            {
                "title": draft.version.definition.title.text(language),
                "text": str(draft.data.get("title", "")),
                "url": f"{reverse('portal:apply', args=[draft.procedure])}?page={draft.page}",
                "meta": [(_("Kept"), moment(draft.updated_at))],
            }
            for draft in drafts_visible_to(person)
        ],
        "next": f"?cursor={following}" if following else "",
        "breadcrumbs": [(_("My page"), "")],
    }
    return render(request, "portal/my_page.html", context)


# What somebody looks at a case for, as `cases.rules.PURPOSES` names it.
PURPOSES = {
    "handling": _l("To work on it"),
    "supervision": _l("To approve or supervise the work"),
    "referral": _l("To see the result of what was passed on"),
    "audit": _l("To audit the office"),
    "mandate": _l("Acting for you, by a mandate"),
    "unmasking": _l("To read a secret answer"),
}


@login_required
def looks(request: HttpRequest) -> HttpResponse:
    """Which institutions looked at one's cases, when and what for."""
    person = person_of(request)
    context = {
        "columns": [_("Day"), _("Title"), _("Who looked"), _("What for"), {"label": _("Times"), "align": "end"}],
        "rows": [
            [
                day(one.day),
                {"text": one.title, "url": reverse("portal:case", args=[one.number])},
                str(one.institution or one.person or ""),
                {
                    "text": str(PURPOSES.get(one.purpose, "")),
                    "note": f"{one.field}: {one.reason}" if one.field else "",
                },
                str(one.times),
            ]
            for one in (looks_at(person) if person else [])
        ],
        "breadcrumbs": [(_("My page"), reverse("portal:my-page")), (_("Who looked at my data"), "")],
    }
    return render(request, "portal/looks.html", context)


@login_required
def acting(request: HttpRequest, number: str) -> HttpResponse:
    """The cases that a mandate lets its holder see; of one that is over, numbers and days of what they filed."""
    person = person_of(request)
    mandate = held_by_number(person, number)
    cases, following = page_of(under(mandate).select_related("institution"), request.GET.get("cursor", ""), 20)
    context = {
        "mandate": mandate,
        "holds": mandate.holds,
        "items": _items(cases),
        "rows": [] if mandate.holds else [[number, moment(at)] for number, at in filed_under(mandate)],
        "columns": [_("Number"), _("Received")],
        "next": f"?cursor={following}" if following else "",
        "breadcrumbs": [
            (_("My page"), reverse("portal:my-page")),
            (_("Acting for others"), reverse("mandates:list")),
            (mandate.number, ""),
        ],
    }
    return render(request, "portal/acting.html", context)


def _items(cases: list[Case]) -> list[dict[str, object]]:
    language = get_language() or ""
    return [
        {
            "title": case.title,
            "url": reverse("portal:case", args=[case.number]),
            "badges": [
                (case.definition.stages[case.stage].label.text(language), "primary" if case.is_open else "success")
            ],
            "meta": [
                (_("Number"), case.number),
                (_("Institution"), str(case.institution)),
                (_("Received"), moment(case.received_at)),
            ]
            + ([(_("Answer due"), moment(case.due_at))] if case.due_at else []),
        }
        for case in cases
    ]
