"""The page of a case, as far as its reader may see it, and everything that can be done on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import by_number, explanation_of, readable, running_clock, standings, timeline
from madang.kernel.cases.rules import endings, may, shown_answers
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.documents.views import serve
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Institution, Post
from madang.kernel.search.queries import similar

from .. import forms
from .wording import told


def page(request: HttpRequest, number: str, invalid: dict[str, Any] | None = None) -> HttpResponse:
    """A case: whole for those concerned, masked for everyone else when it is public, with what its reader may do."""
    person = person_of(request)
    case = readable(person, number)
    standing = standings(person, case)
    language = get_language() or ""
    context: dict[str, Any] = {
        "case": case,
        "title": case.title if may("read", standing) else case.public_title,
        "procedure": case.definition.title.text(language),
        "stage_label": case.definition.stages[case.stage].label.text(language),
        "breadcrumbs": [(_("Cases"), reverse("portal:my-page") if person else ""), (case.number, "")],
    }
    if not may("read", standing):
        context["results"] = case.results.filter(sent_at__isnull=False).select_related("institution")
        return render(request, "portal/case_public.html", context)
    clock = running_clock(case) or case.clocks.last()
    invalid = invalid or {}
    inside = may("read_inside", standing)
    context |= {
        "entries": told(timeline(case, standing), case, person),
        "answers": shown_answers(case.definition, case.data, language),
        "files": [
            {
                "name": one.file.name,
                "url": reverse("portal:case-file", args=[case.number, one.file.token]),
                "size": one.file.size,
                "kind": one.file.kind.label,
            }
            for one in case.attachments.select_related("file")
            if inside or not one.is_internal
        ],
        "clock": clock,
        "period": say_period(Period.parse(clock.period)) if clock else "",
        "lines": explanation_of(clock, language) if clock else [],
        "may": {
            verb: may(verb, standing) for verb in ("assign", "approve", "reply", "withdraw", "rate", "attach", "note")
        },
        "inside": inside,
        "acts": may("decide", standing),
    }
    context |= _for_office(case, person, language, invalid) if inside else _for_applicant(case, standing, invalid)
    template = "portal/case_office.html" if inside else "portal/case_applicant.html"
    return render(request, template, context, status=422 if invalid else 200)


def _for_applicant(case: Case, standing: frozenset[str], invalid: dict[str, Any]) -> dict[str, Any]:
    rated = case.feedbacks.filter(round=case.round).first()
    answered = not case.is_open and case.results.filter(round=case.round, sent_at__isnull=False).exists()
    own = "applicant" in standing
    first = case.feedbacks.filter(round=1).first()
    return {
        "results": case.results.filter(sent_at__isnull=False).select_related("institution", "department"),
        "question": case.supplements.filter(replied_at=None).first() if case.is_open else None,
        "pending": next((one for one in case.extensions.all() if one.is_pending), None) if case.is_open else None,
        "rated": rated,
        "can_rate": own and answered and rated is None and case.definition.feedback.rate,
        "can_ask_again": own
        and answered
        and case.round == 1
        and case.definition.feedback.ask_again
        and first is not None
        and first.is_dissatisfied,
        "can_withdraw": own and case.is_open and "withdraw" in case.definition.may,
        "forms": {name.replace("-", "_"): invalid.get(name) or form() for name, form in forms.APPLICANT.items()},
    }


def _for_office(case: Case, person: Person | None, language: str, invalid: dict[str, Any]) -> dict[str, Any]:
    draft = case.results.filter(round=case.round, sent_at=None).first()
    stages = (
        [(name, case.definition.stages[name].label.text(language)) for name in endings(case.definition, case.stage)]
        if case.is_open
        else []
    )
    initial = {
        "answer": {"text": draft.text, "stage": draft.stage} if draft else {"stage": stages[0][0] if stages else ""}
    }
    made = {name: invalid.get(name) or form(initial=initial.get(name)) for name, form in forms.OFFICE.items()}
    made["answer"].fields["stage"].choices = stages
    made["assign"].offer(case, staff_of(case))
    beside = select_template([f"{case.definition.service}/beside_case.html", "portal/beside_case.html"])
    return {
        "draft": draft,
        "results": case.results.filter(sent_at__isnull=False).select_related("institution", "department"),
        "question": case.supplements.filter(replied_at=None).first() if case.is_open else None,
        "similar": similar(person, case.title, case.text, answered_only=True, apart_from=case.pk)
        if case.is_open
        else [],
        "forms": {name.replace("-", "_"): form for name, form in made.items()},
        "moves": case.definition.may,
        "beside": beside,
        "feedbacks": list(case.feedbacks.all()),
    }


def staff_of(case: Case) -> list[Post]:
    """The posts in the case's institution to which work may be given."""
    posts = case.institution.posts.exclude(role=Post.Role.AUDITOR).select_related("person", "department")
    return list(posts.order_by("department_id", "person__name", "id"))


def file(request: HttpRequest, number: str, token: UUID) -> HttpResponseBase:
    """A file of a case, for those who may read the case."""
    person = person_of(request)
    case = by_number(person, number)
    attachment = get_object_or_404(case.attachments.select_related("file"), file__token=token)
    if attachment.is_internal and not may("read_inside", standings(person, case)):
        raise Refused()
    return serve(attachment.file, inline="inline" in request.GET)


@login_required
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One thing that happens to a case. What cannot be accepted comes back in the form, with what was written in it."""
    person = person_of(request)
    case = by_number(person, number)
    if name not in MOVES:
        raise Refused()
    form_class, act, done = MOVES[name]
    form = form_class(request.POST)
    if name == "assign":
        form.offer(case, staff_of(case))
    if name == "answer":
        form.fields["stage"].choices = [(stage, stage) for stage in endings(case.definition, case.stage)]
    if form.is_valid():
        try:
            act(case, person, form.cleaned_data)
        except Invalid as error:
            for field, texts in error.fields.items():
                for text in texts:
                    form.add_error(field if field in form.fields else None, text)
            if not error.fields:
                form.add_error(None, str(error))
        except Conflict as error:
            messages.warning(request, str(error))
            return redirect("portal:case", number=case.number)
        else:
            messages.success(request, str(done))
            return (
                redirect("portal:case", number=case.number)
                if name != "note"
                else redirect(reverse("portal:case", args=[case.number]) + "#notes")
            )
    return page(request, number, invalid={name: form})


def _assign(case: Case, person: Person, data: dict[str, Any]) -> None:
    department, officer = data["to"]
    actions.assign(case, by=person, department=department, to=officer)


def _take(case: Case, person: Person, data: dict[str, Any]) -> None:
    actions.assign(case, by=person, to=person)


def _transfer(case: Case, person: Person, data: dict[str, Any]) -> None:
    institution = Institution.objects.filter(code=data["institution"], is_active=True).first()
    if institution is None:
        raise Invalid(fields={"institution": [_("There is no institution with this code.")]})
    actions.transfer(case, by=person, to=institution, reason=data["reason"])


def _answer(case: Case, person: Person, data: dict[str, Any]) -> None:
    act = actions.draft if data["state"] == "draft" else actions.decide
    act(case, by=person, text=data["text"], stage=data["stage"])


def _proposed(case: Case) -> Any:
    result = case.results.filter(proposed_at__isnull=False, sent_at=None).first()
    if result is None:
        raise Conflict("cases.not-proposed", _("No answer waits for approval."))
    return result


def _reply(case: Case, person: Person, data: dict[str, Any]) -> None:
    question = case.supplements.filter(replied_at=None).first()
    if question is None:
        raise Conflict("cases.already-replied", _("There is no open question."))
    actions.reply(question, by=person, text=data["text"])


def _consent(case: Case, person: Person, data: dict[str, Any]) -> None:
    pending = next((one for one in case.extensions.all() if one.is_pending), None)
    if pending is None:
        raise Conflict("cases.consent-given", _("Nobody asks for your consent."))
    actions.consent(pending, by=person, agree=data["agree"] == "yes")


Act = Callable[[Case, Any, dict[str, Any]], Any]
MOVES: dict[str, tuple[Any, Act, Any]] = {
    "assign": (forms.AssignForm, _assign, forms.SAID["assign"]),
    "take": (forms.EmptyForm, _take, forms.SAID["take"]),
    "transfer": (forms.TransferForm, _transfer, forms.SAID["transfer"]),
    "ask": (forms.AskForm, lambda case, by, data: actions.ask(case, by=by, **data), forms.SAID["ask"]),
    "extend": (forms.ExtendForm, lambda case, by, data: actions.extend(case, by=by, **data), forms.SAID["extend"]),
    "note": (forms.NoteForm, lambda case, by, data: actions.note(case, by=by, **data), forms.SAID["note"]),
    "answer": (forms.AnswerForm, _answer, forms.SAID["answer"]),
    "approve": (forms.EmptyForm, lambda case, by, data: actions.approve(_proposed(case), by=by), forms.SAID["approve"]),
    "send-back": (
        forms.SendBackForm,
        lambda case, by, data: actions.send_back(_proposed(case), by=by, **data),
        forms.SAID["send-back"],
    ),
    "reply": (forms.ReplyForm, _reply, forms.SAID["reply"]),
    "consent": (forms.ConsentForm, _consent, forms.SAID["consent"]),
    "rate": (forms.RateForm, lambda case, by, data: actions.rate(case, by=by, **data), forms.SAID["rate"]),
    "follow-up": (
        forms.FollowUpForm,
        lambda case, by, data: actions.follow_up(case, by=by, **data),
        forms.SAID["follow-up"],
    ),
    "withdraw": (
        forms.WithdrawForm,
        lambda case, by, data: actions.withdraw(case, by=by, **data),
        forms.SAID["withdraw"],
    ),
}
