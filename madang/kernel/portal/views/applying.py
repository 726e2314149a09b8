"""Filling in: a procedure's form page by page, kept as a draft at each step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from madang.kernel.audit.actions import be_sure_of
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.documents.forms import receive
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.queries import shape
from madang.kernel.procedures.actions import discard_draft, save_draft
from madang.kernel.procedures.forms import PageForm, asked_pages
from madang.kernel.procedures.models import Draft, Version
from madang.kernel.procedures.queries import current, draft_of

from ..templatetags.marks import first_url
from .holding import give_back, signed_in
from .sending import REVIEW, frame, page_url, review


@never_cache
@signed_in()
def apply(request: HttpRequest, procedure: str) -> HttpResponse:
    """One page of the form; the last is the review, from which it is sent."""
    person = person_of(request)
    if person is None:
        raise Refused()
    version = current(procedure)
    # Nobody writes for an hour only to hear then that they must show who they are.
    be_sure_of(person, version.definition.sign_in.level)
    draft = draft_of(person, procedure)
    if request.GET.get("page") == REVIEW or "key" in request.POST:
        return review(request, person, version, draft)
    other = _other_draft(request, person, version)
    begun = other or draft
    answers: dict[str, Any] = begun.answers if begun else {}
    pages = asked_pages(version.definition, answers)
    wanted = request.GET.get("page", "")
    number = next((one for one in pages if str(one) == wanted), pages[0])
    if request.method == "POST":
        return _take_page(request, person, version, number, answers, other)
    held = give_back(request, person)
    form = PageForm(version.definition, number, answers=answers, person=person, data=held[1] if held else None)
    if held:
        form.is_valid()
        save_draft(version, by=person, data=form.answers, page=number)
        messages.warning(request, _("You had been signed out. What you wrote is still here; go on where you were."))
    return _show(request, version, form, number, answers)


def _other_draft(request: HttpRequest, person: Person, version: Version) -> Draft | None:
    """What was begun as another procedure of the same service, when its writer has chosen this one instead."""
    name = request.GET.get("from", "")
    same = name != version.procedure and name.startswith(f"{version.definition.service}.")
    return draft_of(person, name) if same else None


def _take_page(
    request: HttpRequest, person: Person, version: Version, number: int, answers: dict[str, Any], other: Draft | None
) -> HttpResponse:
    data: QueryDict = receive(request, by=person)
    form = PageForm(version.definition, number, answers=answers, person=person, data=data)
    if "add-row" in data:
        form.add_row(str(data["add-row"]))
        return _show(request, version, form, number, answers)
    valid = form.is_valid()
    try:
        save_draft(version, by=person, data=form.answers, page=number)
    except Invalid:
        valid = False
    if other is not None:
        discard_draft(other, by=person)
    if "other" in data:
        return redirect(f"{first_url(f'{version.definition.service}:start')}?from={version.procedure}")
    if "save" in data:
        messages.success(request, _("Kept. You can go on later from your page."))
        return redirect("portal:my-page")
    if not valid:
        return _show(request, version, form, number, form.answers, status=422)
    later = [page for page in asked_pages(version.definition, form.answers) if page > number]
    return redirect(page_url(version, str(later[0]) if later else REVIEW))


def _show(
    request: HttpRequest, version: Version, form: PageForm, number: int, answers: dict[str, Any], status: int = 200
) -> HttpResponse:
    pages = asked_pages(version.definition, answers)
    earlier = [page for page in pages if page < number]
    service = version.definition.service
    context = frame(version, pages) | {
        "form": form,
        "current": pages.index(number) + 1 if number in pages else 1,
        "back": page_url(version, str(earlier[-1])) if earlier else "",
        "start": first_url(f"{service}:start"),
        "beside": select_template([f"{service}/beside_form.html", "portal/beside_form.html"]).template.name,
        "map_shape": shape("provinces", get_language() or ""),
    }
    return render(request, "portal/apply.html", context, status=status)
