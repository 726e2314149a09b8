"""Checking once more, sending once, and the receipt."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from madang.kernel.cases.actions.filing import file_once
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import by_number, central_desk, running_clock, standings
from madang.kernel.cases.rules import APPLICANTS_SIDE, texts_of
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.documents.queries import own_files
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.mandates.queries import for_filing, held_by_number
from madang.kernel.procedures.actions import discard_draft
from madang.kernel.procedures.forms import asked_pages, clean_data, page_of
from madang.kernel.procedures.models import Draft, Version
from madang.kernel.search.queries import similar

from ..forms import FilingForm
from .answers import answers_of

REVIEW = "review"


def review(request: HttpRequest, person: Person, version: Version, draft: Draft | None) -> HttpResponse:
    """The last page of a form: what was written, who will get it, who may read it; sent from here, once."""
    sent = request.POST.get("key", "")
    if draft is None:
        # The second click of two, or a return to an old page: what was filed is shown, nothing is filed again.
        filed = Case.objects.filter(key=f"form:{person.pk}:{sent}").first() if sent else None
        return redirect("portal:receipt", number=filed.number) if filed else redirect(page_url(version))
    definition = version.definition
    form = FilingForm(
        request.POST if sent else None,
        initial={"key": draft.pk, "on_behalf_of": ""},
        choice=definition.publishable == "applicant",
        mandates=for_filing(person, definition.id) if definition.sign_in.delegate else (),
    )
    if (named := form.data.get("on_behalf_of")) and named not in form.mandates:
        # A mandate of theirs that does not hold any more is a mistake to put right; any other does not exist.
        held_by_number(person, named)
    try:
        begun = draft.answers
        data = clean_data(definition, begun, person)
    except Invalid as error:
        messages.warning(request, _("Something is still missing or has to be put right."))
        return redirect(page_url(version, str(page_of(definition, next(iter(error.fields), "")))))
    if sent and form.is_valid():
        try:
            return redirect("portal:receipt", number=_file(version, person, draft, data, form).number)
        except Invalid as error:
            if "on_behalf_of" not in error.fields:
                raise
            form.add_error("on_behalf_of", error.fields["on_behalf_of"])
    language = get_language() or ""
    title, body = data.get("title") or definition.title.text(language), "\n".join(texts_of(definition, data))
    beside = select_template([f"{definition.service}/beside_review.html", "portal/beside_form.html"])
    context = frame(version, asked_pages(definition, begun)) | {
        "form": form,
        "title_answer": data.get("title"),
        "answers": answers_of(definition, data, language),
        "files": [
            {
                "name": one.name,
                "url": reverse("documents:own-file", args=[one.token]),
                "size": one.size,
                "kind": one.kind.label,
            }
            for one in own_files(person, _tokens(version, data))
        ],
        "change": page_url(version, "0"),
        "similar": similar(person, title, body, k=3, answered_only=True),
        "subject": title,
        "body": body,
        "beside": beside.template.name,
    }
    context["current"] = len(context["labels"])
    return render(request, "portal/review.html", context, status=422 if form.errors else 200)


def _file(version: Version, person: Person, draft: Draft, data: dict[str, Any], form: FilingForm) -> Case:
    publishable = version.definition.publishable
    case, _new = file_once(
        version,
        key=f"form:{person.pk}:{draft.pk}",
        by=person,
        data=data,
        institution=form.chosen or central_desk(),
        is_public=publishable == "always" or (publishable == "applicant" and form.cleaned_data["is_public"]),
        language=get_language() or "",
        files=tuple(own_files(person, _tokens(version, data))),
        mandate=form.mandate,
    )
    discard_draft(draft, by=person)
    return case


def _tokens(version: Version, data: dict[str, Any]) -> list[str]:
    return [token for field in version.definition.form if field.type == "file" for token in data.get(field.id, [])]


@never_cache
@login_required
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What the applicant keeps, and who filed it for them: the number, the day of the answer, and what happens next."""
    person = person_of(request)
    case = by_number(person, number)
    if person is None or not standings(person, case) & APPLICANTS_SIDE:
        raise Refused()
    clock = running_clock(case)
    context = {
        "case": case,
        "procedure": case.definition.title.text(get_language() or ""),
        "period": say_period(Period.parse(clock.period)) if clock else "",
        "named": case.institution_id != central_desk().pk,
        "feedback": case.definition.feedback,
        "breadcrumbs": [(_("My page"), reverse("portal:my-page")), (_("Receipt"), "")],
    }
    return render(request, "portal/receipt.html", context)


def page_url(version: Version, page: str = "") -> str:
    """The address of a page of the form; without one, of where it begins."""
    return reverse("portal:apply", args=[version.procedure]) + (f"?page={page}" if page else "")


def frame(version: Version, pages: list[int]) -> dict[str, Any]:
    """What every page of a form says: what it is, and the steps of the way."""
    language = get_language() or ""
    definition = version.definition
    steps = [definition.steps[page].title.text(language) for page in pages] if definition.steps else []
    labels = steps or (
        [_("Fill in")] if len(pages) == 1 else [_("Part %(n)s") % {"n": n + 1} for n in range(len(pages))]
    )
    title = definition.title.text(language)
    return {
        "procedure": definition,
        "title": title,
        "labels": [*labels, _("Check and send")],
        "breadcrumbs": [
            (_("Services"), reverse("portal:services")),
            (title, reverse("portal:procedure", args=[definition.id])),
            (_("Fill in"), ""),
        ],
    }
