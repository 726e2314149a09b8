"""Where petitioning begins, the public list of petitions, and what is said while one is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.analytics.queries.places import map_of
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import page_of, public
from madang.kernel.common.limits import SEARCHES, limited
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Division
from madang.kernel.portal.templatetags.marks import day
from madang.kernel.procedures.queries import catalogue
from madang.kernel.search.queries import search, similar

from .forms import ListForm
from .queries import suggest

MOST = 20_000
PAGE = 20
# How many of the newest petitions the map tells of, and how many hits of a search are looked through for a page.
MAPPED, LOOKED_THROUGH, TRIES = 2000, 50, 4


@dataclass(frozen=True)
class Way:
    """One kind of petition in the words of who comes with one."""

    procedure: str
    question: Any
    example: Any


WAYS = (
    Way(
        "petitions.other",
        gettext_lazy("Something small has to be seen to, or I have a short question"),
        gettext_lazy("A street light is out; rubbish was not collected; when is the office open?"),
    ),
    Way(
        "petitions.grievance",
        gettext_lazy("An office did something wrong or unfair, or does not act"),
        gettext_lazy("A fine came twice; an application was refused without a reason; noise that nobody stops"),
    ),
    Way(
        "petitions.inquiry-procedure",
        gettext_lazy("I want to know how something is done, and what I need for it"),
        gettext_lazy("How do I renew a passport? Which papers does the allowance need?"),
    ),
    Way(
        "petitions.inquiry-law",
        gettext_lazy("I want to know what a law means, or whether it applies to me"),
        gettext_lazy("Must my shop be registered? From which area does the rule on fire exits hold?"),
    ),
    Way(
        "petitions.suggestion",
        gettext_lazy("I have an idea how a rule or service could be better"),
        gettext_lazy("A longer green light in front of the school; a form that could be shorter"),
    ),
)


def start(request: HttpRequest) -> HttpResponse:
    """One way in for all petitions: the kinds in plain words, each leading to its form; `from` names a begun one."""
    known = {one.id: one for one in catalogue(get_language() or "") if one.service == "petitions"}
    begun = request.GET.get("from", "")
    query = f"?{urlencode({'page': '0', 'from': begun})}" if begun in known else ""
    context = {
        "ways": [
            {
                "title": way.question,
                "text": way.example,
                "url": reverse("portal:apply", args=[way.procedure]) + (query if way.procedure != begun else ""),
                "meta": [
                    (_("Kind"), known[way.procedure].title),
                    (_("Answered within"), say_period(Period.parse(known[way.procedure].deadline or "immediately"))),
                ],
            }
            for way in WAYS
            if way.procedure in known
        ],
        "begun": begun in known,
        "breadcrumbs": [(_("Services"), reverse("portal:services")), (_("File a petition"), "")],
    }
    return render(request, "petitions/start.html", context)


def listing(request: HttpRequest) -> HttpResponse:
    """Public petitions, masked, the newest first; narrowed by words, institution, topic, place; as a list or a map."""
    form = ListForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    place = _place(request.GET.get("division", ""))
    cases = _narrowed(asked, place)
    kept = {name: value for name in ("q", "institution", "topic", "state") if (value := request.GET.get(name, ""))}
    if place:
        kept["division"] = place.code
    on_map = request.GET.get("view") == "map"
    here = reverse("petitions:list")
    context: dict[str, Any] = {
        "form": form,
        "here": here,
        "kept": kept,
        "tabs": [
            {"label": _("List"), "url": f"{here}?{urlencode(kept)}", "current": not on_map},
            {"label": _("Map"), "url": f"{here}?{urlencode(kept | {'view': 'map'})}", "current": on_map},
        ],
        "chips": [{"label": str(place), "url": f"{here}?{_without(kept, 'division', on_map)}"}] if place else [],
        "breadcrumbs": [(_("Public petitions"), "")],
    }
    if on_map:
        context["map"] = _mapped(cases, place, kept)
    else:
        cursor = request.GET.get("cursor", "")
        found, following = _searched(cases, asked["q"], cursor) if asked.get("q") else page_of(cases, cursor, PAGE)
        context["items"] = _items(found)
        context["next"] = f"{here}?{urlencode(kept | {'cursor': following})}" if following else ""
    return render(request, "petitions/list.html", context, status=422 if form.errors else 200)


def _without(kept: dict[str, str], name: str, on_map: bool) -> str:
    rest = {key: value for key, value in kept.items() if key != name}
    return urlencode(rest | ({"view": "map"} if on_map else {}))


def _place(code: str) -> Division | None:
    return Division.objects.select_related("parent").filter(code=code).first() if code else None


def _narrowed(asked: dict[str, Any], place: Division | None) -> QuerySet[Case]:
    cases = public().filter(procedure__startswith="petitions.").select_related("institution")
    if asked.get("institution"):
        cases = cases.filter(institution=asked["institution"])
    if asked.get("topic"):
        cases = cases.filter(topic=asked["topic"])
    if asked.get("state"):
        cases = cases.filter(closed_at__isnull=asked["state"] == "open")
    if place:
        within = Q(pk=place.pk) | Q(parent=place) | Q(parent__parent=place) | Q(parent__parent__parent=place)
        cases = cases.filter(division__in=Division.objects.filter(within).values("code"))
    return cases


def _searched(cases: QuerySet[Case], q: str, cursor: str) -> tuple[list[Case], str | None]:
    """What everyone may find by words, the best first, as far as it fits the other wishes."""
    for _try in range(TRIES):
        page = search(None, q, kinds=["case"], cursor=cursor, limit=LOOKED_THROUGH)
        rows = cases.in_bulk([hit.subject_id for hit in page.hits])
        found = [rows[hit.subject_id] for hit in page.hits if hit.subject_id in rows]
        cursor = page.next or ""
        if found or not cursor:
            break
    return found, cursor or None


def _items(cases: Iterable[Case]) -> list[dict[str, Any]]:
    language = get_language() or ""
    return [
        {
            "title": case.public_title,
            "url": reverse("portal:case", args=[case.number]),
            "text": case.public_text[:160],
            "badges": [
                (case.definition.stages[case.stage].label.text(language), "primary" if case.is_open else "success")
            ],
            "meta": [(_("Institution"), str(case.institution)), (_("Received"), day(case.received_at))],
        }
        for case in cases
    ]


def _mapped(cases: QuerySet[Case], place: Division | None, kept: dict[str, str]) -> dict[str, Any]:
    """How many of the newest petitions are about each province, or each district of one; each leads to its list."""
    province = (place.parent or place).code if place else ""
    newest = cases.order_by("-received_at", "-id").values_list("division", flat=True)[:MAPPED]
    counts = Counter(code for code in newest if code)
    known = Division.objects.filter(code__in=counts).select_related("parent__parent__parent")
    within: Counter[str] = Counter()
    for division in known:
        line = [division]
        while line[-1].parent:
            line.append(line[-1].parent)
        # From the country down: a province, a district, and what lies in it.
        shown = line[::-1][1 if province and len(line) > 1 else 0]
        within[shown.code] += counts[division.code]
    here = reverse("petitions:list")
    return {
        "values": [
            {"code": code, "value": number, "url": f"{here}?{urlencode(_into(kept, code, province))}"}
            for code, number in within.items()
        ],
        "shape": map_of(province, get_language() or ""),
        "count": sum(within.values()),
        "title": _("Public petitions by place"),
        "unit": "",
    }


def _into(kept: dict[str, str], code: str, province: str) -> dict[str, str]:
    """A province opens its own map; a district opens the list."""
    return kept | {"division": code} | ({} if province else {"view": "map"})


@require_POST
@limited("suggestions", SEARCHES)
def proposals(request: HttpRequest) -> HttpResponse:
    """A piece of page for who is writing: where it will probably go, and what was answered before."""
    title, body = request.POST.get("title", "")[:200], request.POST.get("body", "")[:MOST]
    enough = len(title) + len(body) >= 10
    context = {
        "proposals": suggest(title, body) if enough else [],
        "similar": similar(person_of(request), title, body, k=3, answered_only=True) if enough else [],
    }
    return render(request, "petitions/proposals.html", context)
