"""Filing: a procedure's form page by page, kept as a draft, checked once more, sent once."""

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
from madang.kernel.cases.queries import central_desk
from madang.kernel.cases.rules import shown_answers, texts_of
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.documents.forms import receive
from madang.kernel.documents.queries import own_files
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Institution
from madang.kernel.institutions.queries import shape
from madang.kernel.procedures.actions import discard_draft, save_draft
from madang.kernel.procedures.forms import PageForm, asked_pages, clean_data, page_of
from madang.kernel.procedures.models import Draft, Version
from madang.kernel.procedures.queries import current, drafts_visible_to
from madang.kernel.search.queries import similar

from ..forms import FilingForm

REVIEW = "review"


@never_cache
@login_required
def apply(request: HttpRequest, procedure: str) -> HttpResponse:
    """One page of the form; the last is the review, from which it is sent."""
    person = person_of(request)
    if person is None:
        raise Refused()
    version = current(procedure)
    draft = drafts_visible_to(person).filter(procedure=procedure).first()
    answers: dict[str, Any] = draft.data if draft else {}
    if request.GET.get("page") == REVIEW or "key" in request.POST:
        return _review(request, person, version, draft, answers)
    pages = asked_pages(version.definition, answers)
    wanted = request.GET.get("page", "")
    number = int(wanted) if wanted.isdecimal() and int(wanted) in pages else pages[0]
    if request.method == "POST":
        return _take_page(request, person, version, number, answers)
    form = PageForm(version.definition, number, answers=answers, person=person)
    return _show(request, version, form, number, answers)


def _take_page(
    request: HttpRequest, person: Person, version: Version, number: int, answers: dict[str, Any]
) -> HttpResponse:
    data = receive(request, by=person)
    form = PageForm(version.definition, number, answers=answers, person=person, data=data)
    if "add-row" in data:
        form.add_row(data["add-row"])
        return _show(request, version, form, number, answers)
    valid = form.is_valid()
    try:
        save_draft(version, by=person, data=form.answers, page=number)
    except Invalid:
        valid = False
    if not valid:
        return _show(request, version, form, number, form.answers, status=422)
    if "save" in data:
        messages.success(request, _("Kept. You can go on later from your page."))
        return redirect("portal:my-page")
    later = [page for page in asked_pages(version.definition, form.answers) if page > number]
    return redirect(_url(version, str(later[0]) if later else REVIEW))


def _show(
    request: HttpRequest, version: Version, form: PageForm, number: int, answers: dict[str, Any], status: int = 200
) -> HttpResponse:
    pages = asked_pages(version.definition, answers)
    earlier = [page for page in pages if page < number]
    service = version.definition.service
    context = _frame(version, pages) | {
        "form": form,
        "current": pages.index(number) + 1 if number in pages else 1,
        "back": _url(version, str(earlier[-1])) if earlier else "",
        "beside": select_template([f"{service}/beside_form.html", "portal/beside_form.html"]).template.name,
        "map_shape": shape("provinces", get_language() or ""),
    }
    return render(request, "portal/apply.html", context, status=status)


def _review(
    request: HttpRequest, person: Person, version: Version, draft: Draft | None, answers: dict[str, Any]
) -> HttpResponse:
    sent = request.POST.get("key", "")
    if draft is None:
        # The second click of two, or a return to an old page: what was filed is shown, nothing is filed again.
        filed = Case.objects.filter(key=f"form:{person.pk}:{sent}", applicant=person).first() if sent else None
        return redirect("portal:case", number=filed.number) if filed else redirect(_url(version))
    definition = version.definition
    form = FilingForm(
        request.POST if sent else None, initial={"key": draft.pk}, choice=definition.publishable == "applicant"
    )
    try:
        data = clean_data(definition, answers, person)
    except Invalid as error:
        messages.warning(request, _("Something is still missing or has to be put right."))
        return redirect(_url(version, str(page_of(definition, next(iter(error.fields), "")))))
    if sent and form.is_valid():
        case = _file(version, person, draft, data, form)
        if case is not None:
            messages.success(request, _("We have received it. Its number is %(number)s.") % {"number": case.number})
            return redirect("portal:case", number=case.number)
    language = get_language() or ""
    title, body = data.get("title") or definition.title.text(language), "\n".join(texts_of(definition, data))
    files = [token for field in definition.form if field.type == "file" for token in data.get(field.id, [])]
    context = _frame(version, asked_pages(definition, answers)) | {
        "form": form,
        "title_answer": data.get("title"),
        "answers": shown_answers(definition, data, language),
        "files": [
            {
                "name": one.name,
                "url": reverse("documents:own-file", args=[one.token]),
                "size": one.size,
                "kind": one.kind.label,
            }
            for one in own_files(person, files)
        ],
        "change": _url(version, "0"),
        "similar": similar(person, title, body, answered_only=True),
        "subject": title,
        "body": body,
        "beside": select_template(
            [f"{definition.service}/beside_review.html", "portal/beside_form.html"]
        ).template.name,
    }
    context["current"] = len(context["labels"])
    return render(request, "portal/review.html", context, status=422 if form.errors else 200)


def _file(version: Version, person: Person, draft: Draft, data: dict[str, Any], form: FilingForm) -> Case | None:
    institution = central_desk()
    if form.cleaned_data["institution"]:
        found = Institution.objects.filter(code=form.cleaned_data["institution"], is_active=True).first()
        if found is None:
            form.add_error("institution", _("There is no institution with this code."))
            return None
        institution = found
    tokens = [token for field in version.definition.form if field.type == "file" for token in data.get(field.id, [])]
    publishable = version.definition.publishable
    case, _new = file_once(
        version,
        key=f"form:{person.pk}:{draft.pk}",
        by=person,
        data=data,
        institution=institution,
        is_public=publishable == "always" or (publishable == "applicant" and form.cleaned_data["is_public"]),
        language=get_language() or "",
        files=tuple(own_files(person, tokens)),
    )
    discard_draft(draft, by=person)
    return case


def _url(version: Version, page: str = "") -> str:
    return reverse("portal:apply", args=[version.procedure]) + (f"?page={page}" if page else "")


def _frame(version: Version, pages: list[int]) -> dict[str, Any]:
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
            (_("Apply"), ""),
        ],
    }
