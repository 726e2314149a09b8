"""Everything that can be done on the page of a case, each by one form and one action."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from madang.kernel.cases import actions
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import by_number, standings
from madang.kernel.cases.rules import may
from madang.kernel.common.errors import Conflict, DomainError, Invalid, Refused
from madang.kernel.documents.forms import receive
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of

from ..forms import moves as forms
from .case import page, prepare
from .holding import signed_in

Data = dict[str, Any]


@signed_in(back=lambda number, name: reverse("portal:case", args=[number]))
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One thing that happens to a case. What cannot be accepted comes back in the form, with what was written in it."""
    person = person_of(request)
    case = by_number(person, number)
    if person is None or name not in MOVES:
        raise Refused()
    form_class, act, done = MOVES[name]
    form = form_class(receive(request, by=person) if request.FILES else request.POST, person=person)
    prepare(form, case)
    if not form.is_valid():
        return page(request, number, invalid={name: form})
    try:
        told = act(case, person, form.cleaned_data) or done
    except Invalid as error:
        _blame(form, error)
        return page(request, number, invalid={name: form})
    except Conflict as error:
        return page(request, number, invalid={name: form}, refusal=error)
    messages.success(request, str(told))
    return _after(person, number, name)


@signed_in(back=lambda number: reverse("portal:case", args=[number]))
@require_POST
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """A secret answer, shown once on the page of the case to the officer who says why; nothing is sent on to."""
    person = person_of(request)
    case = by_number(person, number)
    if person is None:
        raise Refused()
    form = forms.UnmaskForm(request.POST)
    prepare(form, case)
    # Who may not is refused before anything else is said.
    if not may("unmask", standings(person, case)):
        raise Refused(visible=True)
    if not form.is_valid():
        return page(request, number, invalid={"unmask": form})
    try:
        return page(request, number, unmasked=actions.unmask(case, by=person, **form.cleaned_data))
    except Invalid as error:
        _blame(form, error)
        return page(request, number, invalid={"unmask": form})


def _after(person: Person, number: str, name: str) -> HttpResponse:
    """Back to the case; to the workbench when it is no longer one's own to read."""
    case = Case.objects.filter(number=number).first()
    if case is None or not may("read", standings(person, case)):
        return redirect("portal:workbench")
    return redirect(reverse("portal:case", args=[case.number]) + ("#notes" if name == "note" else ""))


def _blame(form: forms.MoveForm, error: DomainError) -> None:
    for field, texts in error.fields.items():
        field = form.CALLED.get(field, field)
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not error.fields:
        form.add_error(None, str(error))


def _assign(case: Case, person: Person, data: Data) -> str:
    department, officer = data["to"]
    actions.assign(case, by=person, department=department, to=officer)
    return _("Assigned to %(name)s.") % {"name": officer or department}


def _take(case: Case, person: Person, data: Data) -> None:
    actions.assign(case, by=person, to=person)


def _transfer(case: Case, person: Person, data: Data) -> str:
    actions.transfer(case, by=person, to=data["institution"], reason=data["reason"])
    return _("Passed on to %(name)s. The applicant is told.") % {"name": data["institution"]}


def _extend(case: Case, person: Person, data: Data) -> str | None:
    extension = actions.extend(case, by=person, **data)
    return (
        _("The applicant is asked for consent; the deadline moves once they agree.") if extension.is_pending else None
    )


@transaction.atomic
def _answer(case: Case, person: Person, data: Data) -> str:
    words = {"text": data["text"], "stage": data["stage"]}
    final = data["state"] != "draft"
    if data["files"] or not final:
        draft = actions.draft(case, by=person, **words)
        kept = set(draft.files.values_list("file_id", flat=True))
        for file in data["files"]:
            if file.pk not in kept:
                actions.attach(case, by=person, file=file, result=draft)
        if not final:
            return _("Kept as a draft. Nobody outside the office sees it.")
    result = actions.decide(case, by=person, **words)
    return _("The answer has been sent.") if result.sent_at else _("Sent to the manager for approval.")


def _proposed(case: Case) -> Any:
    result = case.results.filter(proposed_at__isnull=False, sent_at=None).first()
    if result is None:
        raise Conflict("cases.not-proposed", _("No answer waits for approval."))
    return result


def _approve(case: Case, person: Person, data: Data) -> None:
    actions.approve(_proposed(case), by=person)


def _send_back(case: Case, person: Person, data: Data) -> None:
    actions.send_back(_proposed(case), by=person, **data)


@transaction.atomic
def _reply(case: Case, person: Person, data: Data) -> None:
    question = case.supplements.filter(replied_at=None).first()
    if question is None:
        raise Conflict("cases.already-replied", _("There is no open question."))
    for file in data["files"]:
        actions.attach(case, by=person, file=file)
    actions.reply(question, by=person, text=data["text"])


def _consent(case: Case, person: Person, data: Data) -> None:
    pending = next((one for one in case.extensions.all() if one.is_pending), None)
    if pending is None:
        raise Conflict("cases.consent-given", _("Nobody asks for your consent."))
    actions.consent(pending, by=person, agree=data["agree"] == "yes")


def _plainly(action: Callable[..., Any]) -> Callable[[Case, Person, Data], None]:
    """The form says just what the action takes."""

    def act(case: Case, person: Person, data: Data) -> None:
        action(case, by=person, **data)

    return act


Act = Callable[[Case, Person, Data], Any]
# The form, the action, and what the page says when it is done (unless the action says it).
MOVES: dict[str, tuple[type[forms.MoveForm], Act, Any]] = {
    "assign": (forms.AssignForm, _assign, ""),
    "take": (forms.EmptyForm, _take, gettext_lazy("The case is in your hands.")),
    "transfer": (forms.TransferForm, _transfer, ""),
    "ask": (forms.AskForm, _plainly(actions.ask), gettext_lazy("Asked. The clock is stopped until the reply.")),
    "advance": (forms.AdvanceForm, _plainly(actions.advance), gettext_lazy("The case has moved on.")),
    "extend": (forms.ExtendForm, _extend, gettext_lazy("Extended. The applicant is told.")),
    "hold": (forms.HoldForm, _plainly(actions.hold), gettext_lazy("The case is held: it will not be destroyed.")),
    "lift": (forms.LiftForm, _plainly(actions.lift), gettext_lazy("The hold is lifted.")),
    "note": (forms.NoteForm, _plainly(actions.note), gettext_lazy("Noted.")),
    "answer": (forms.AnswerForm, _answer, ""),
    "approve": (forms.EmptyForm, _approve, gettext_lazy("Approved, and the answer has been sent.")),
    "send-back": (forms.SendBackForm, _send_back, gettext_lazy("Sent back to its author.")),
    "reply": (forms.ReplyForm, _reply, gettext_lazy("Thank you. The office has your reply.")),
    "consent": (forms.ConsentForm, _consent, gettext_lazy("Thank you. The office knows your decision.")),
    "rate": (forms.RateForm, _plainly(actions.rate), gettext_lazy("Thank you for the rating.")),
    "follow-up": (
        forms.FollowUpForm,
        _plainly(actions.follow_up),
        gettext_lazy("Thank you. The office will answer once more."),
    ),
    "withdraw": (forms.WithdrawForm, _plainly(actions.withdraw), gettext_lazy("Your case has been withdrawn.")),
}
