"""What there is: services, institutions, and the search over everything."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.kernel.cases.queries import page_of, public
from madang.kernel.common.i18n import text
from madang.kernel.common.limits import SEARCHES, limited
from madang.kernel.common.pages import page_number
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions import queries as institutions_of
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.queries import catalogue, current, offered_by
from madang.kernel.search.queries import search as find

from .figures import institution_tiles
from .home import tasks

PAGE = 60
# Where a thing of each kind is shown; kinds without a page of their own are listed without a link.
PAGES = {"case": "portal:case", "institution": "portal:institution", "procedure": "portal:procedure"}


def services(request: HttpRequest) -> HttpResponse:
    """The directory of everything one can ask for."""
    items = [
        {
            "title": entry.title,
            "url": reverse("portal:procedure", args=[entry.id]),
            "text": entry.summary,
            "meta": [(_("Answered within"), say_period(Period.parse(entry.deadline)))] if entry.deadline else [],
        }
        for entry in catalogue(get_language() or "")
    ]
    context = {"tasks": tasks(), "items": items, "breadcrumbs": [(_("Services"), "")]}
    return render(request, "portal/services.html", context)


def procedure(request: HttpRequest, name: str) -> HttpResponse:
    """One procedure: what it is for, how long it takes, by which law, and the way to its form."""
    definition = current(name).definition
    language = get_language() or ""
    facts = [(_("Legal basis"), definition.law)]
    if definition.deadline:
        facts.append((_("Answered within"), say_period(Period.parse(definition.deadline))))
    facts.append((_("Kept for"), _("%(years)s years") % {"years": definition.keep.years}))
    title = definition.title.text(language)
    context = {
        "title": title,
        "summary": definition.summary.text(language) if definition.summary else "",
        "facts": facts,
        "stages": [stage.label.text(language) for stage in definition.stages.values()],
        "apply": reverse("portal:apply", args=[definition.id]),
        "breadcrumbs": [(_("Services"), reverse("portal:services")), (title, "")],
    }
    return render(request, "portal/procedure.html", context)


def institutions(request: HttpRequest) -> HttpResponse:
    """The institutions of the country, by name and kind."""
    q, kind = request.GET.get("q", "")[:100], request.GET.get("kind", "")
    page = page_number(request)
    rows = institutions_of.visible_to(person_of(request)).select_related("parent")
    if q:
        rows = rows.filter(name__icontains=q) | rows.filter(name_en__icontains=q) | rows.filter(code=q)
    kinds = {code: text(names) for code, names in institutions_of.kinds().items()}
    if kind in kinds:
        rows = rows.filter(kind=kind)
    found = list(rows.order_by("name")[(page - 1) * PAGE : page * PAGE + 1])
    address = f"{reverse('portal:institutions')}?{urlencode({'q': q, 'kind': kind})}&page="
    context = {
        "q": q,
        "kind": kind,
        "kinds": kinds,
        "columns": [_("Name"), _("Kind"), _("Stands under"), _("Code")],
        "rows": [
            [
                {"text": str(one), "url": reverse("portal:institution", args=[one.code])},
                kinds.get(one.kind, one.kind),
                str(one.parent or ""),
                one.code,
            ]
            for one in found[:PAGE]
        ],
        "previous": f"{address}{page - 1}" if page > 1 else "",
        "next": f"{address}{page + 1}" if len(found) > PAGE else "",
        "breadcrumbs": [(_("Institutions"), "")],
    }
    return render(request, "portal/institutions.html", context)


def institution(request: HttpRequest, code: str) -> HttpResponse:
    """An institution: what it answers for, how it is doing, what it offers, and its latest public cases."""
    one = get_object_or_404(
        institutions_of.visible_to(person_of(request)).select_related("parent", "division"), code=code
    )
    facts = [
        (_("Telephone"), one.phone),
        (_("Jurisdiction"), str(one.division) if one.division else _("the whole country")),
    ]
    if one.parent:
        facts.append((_("Stands under"), str(one.parent)))
    hours = f"{one.opens:%H:%M}–{one.closes:%H:%M}"
    language = get_language() or ""
    cases, _next = page_of(public().filter(institution=one).select_related("institution"), "", 10)
    context: dict[str, Any] = {
        "one": one,
        "kind": text(institutions_of.kinds().get(one.kind, {settings.LANGUAGE_CODE: one.kind})),
        "facts": [(term, value) for term, value in [*facts, (_("Opening hours"), hours)] if value],
        "tiles": institution_tiles(one),
        "departments": one.departments.order_by("-is_desk", "code"),
        "procedures": [
            {"title": p.title.text(language), "url": reverse("portal:procedure", args=[p.id])} for p in offered_by(one)
        ],
        "cases": [
            {
                "title": case.public_title,
                "url": reverse("portal:case", args=[case.number]),
                "meta": [(_("Received"), case.received_at.date())],
            }
            for case in cases
        ],
        "breadcrumbs": [(_("Institutions"), reverse("portal:institutions")), (str(one), "")],
    }
    return render(request, "portal/institution.html", context)


def institution_options(request: HttpRequest) -> HttpResponse:
    """The institutions as options of an input that completes what is typed."""
    rows = Institution.objects.filter(is_active=True).select_related("parent").order_by("name")
    response = render(request, "portal/institution_options.html", {"institutions": rows})
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@limited("search", SEARCHES)
def search(request: HttpRequest) -> HttpResponse:
    """What is found by words: cases one may see, institutions, services and divisions."""
    q, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    page = (
        find(person_of(request), q, kinds=[kind] if kind else None, cursor=request.GET.get("cursor", "")) if q else None
    )
    here = reverse("portal:search")
    context = {
        "q": q,
        "page": page,
        "hits": [
            {"hit": hit, "url": reverse(PAGES[hit.kind], args=[hit.number]) if hit.kind in PAGES else ""}
            for hit in (page.hits if page else [])
        ],
        "tabs": [
            {
                "label": count.label,
                "url": f"{here}?{urlencode({'q': q, 'kind': count.kind})}",
                "current": count.kind == kind,
                "count": count.number,
            }
            for count in (page.counts if page else [])
        ],
        "next": f"{here}?{urlencode({'q': q, 'kind': kind, 'cursor': page.next})}" if page and page.next else "",
        "breadcrumbs": [(_("Search"), "")],
    }
    return render(request, "portal/search.html", context)
