"""The public list of petitions, and what is said while one is written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.cases.queries import page_of, public
from madang.kernel.identity.queries import person_of
from madang.kernel.search.queries import similar

from .queries import suggest, topics

MOST = 20_000


def listing(request: HttpRequest) -> HttpResponse:
    """Public petitions, the newest first, masked."""
    topic, state = request.GET.get("topic", ""), request.GET.get("state", "")
    language = get_language() or ""
    cases = public().filter(procedure__startswith="petitions.").select_related("institution")
    if topic:
        cases = cases.filter(topic=topic)
    if state in ("open", "answered"):
        cases = cases.filter(closed_at__isnull=state == "open")
    found, following = page_of(cases, request.GET.get("cursor", ""), 20)
    here = reverse("petitions:list")
    context = {
        "items": [
            {
                "title": case.public_title,
                "url": reverse("portal:case", args=[case.number]),
                "text": case.public_text[:160],
                "badges": [
                    (case.definition.stages[case.stage].label.text(language), "primary" if case.is_open else "success")
                ],
                "meta": [(_("Institution"), str(case.institution)), (_("Received"), case.received_at.date())],
            }
            for case in found
        ],
        "next": f"{here}?{urlencode({'topic': topic, 'state': state, 'cursor': following})}" if following else "",
        "here": here,
        "topic": topic,
        "state": state,
        "topics": [{"code": one["code"], "label": one["name_en" if language == "en" else "name"]} for one in topics()],
        "breadcrumbs": [(_("Public petitions"), "")],
    }
    return render(request, "petitions/list.html", context)


@require_POST
def proposals(request: HttpRequest) -> HttpResponse:
    """A piece of page for who is writing: where it will probably go, and what was answered before."""
    title, body = request.POST.get("title", "")[:200], request.POST.get("body", "")[:MOST]
    enough = len(title) + len(body) >= 10
    context = {
        "proposals": suggest(title, body) if enough else [],
        "similar": similar(person_of(request), title, body, k=3, answered_only=True) if enough else [],
    }
    return render(request, "petitions/proposals.html", context)
