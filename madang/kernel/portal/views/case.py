"""The page of a case, as far as its reader may see it; what can be done on it is in `moves`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from madang.kernel.cases.actions import looked
from madang.kernel.cases.models import Attachment, Case, Clock, Entry
from madang.kernel.cases.queries import (
    by_number,
    explanation_of,
    held,
    readable,
    running_clock,
    secret_answers,
    standings,
    timeline,
)
from madang.kernel.cases.queries.acting import mandate_of
from madang.kernel.cases.rules import (
    ACTING,
    APPLICANTS_SIDE,
    WHOLE,
    all_endings,
    endings,
    is_applicants,
    may,
    may_move_on,
    needs_reason,
    open_steps,
    place_of,
)
from madang.kernel.common.errors import DomainError, Refused
from madang.kernel.common.parameters import parameter
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Counting, Period
from madang.kernel.documents.views import serve
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Post
from madang.kernel.search.queries import similar

from ..forms import ALWAYS, APPLICANT, OFFICE, MoveForm, moves
from .answers import answers_of, place_shown
from .holding import give_back
from .wording import told

Invalid = dict[str, MoveForm]


@never_cache
def page(
    request: HttpRequest, number: str, invalid: Invalid | None = None, refusal: DomainError | None = None,
    unmasked: Mapping[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    """A case: whole for those concerned, masked for everyone else when it is public, with what its reader may do.

    `invalid` are forms that came back, `refusal` why what one of them asked for was not done; `unmasked` are the answers
    when a secret one among them has just been opened for this reader.
    """
    person = person_of(request)
    case = readable(person, number)
    standing = standings(person, case)
    language = get_language() or ""
    context: dict[str, Any] = {
        "case": case,
        "title": case.title if may("read", standing) else case.public_title,
        "procedure": case.definition.title.text(language),
        "stage_label": case.definition.stages[case.stage].label.text(language),
    }
    if not may("read", standing):
        place = place_of(case.definition, case.data)
        context |= {
            "breadcrumbs": [(case.number, "")],
            "results": case.results.filter(sent_at__isnull=False).select_related("institution"),
            "place": place_shown({**place, "address": ""}, language, case.division) if place else None,
        }
        return render(request, "portal/case_public.html", context)
    if request.method == "GET":
        looked(case, by=person)
    status = refusal.status if refusal else 422 if invalid else 200
    invalid = invalid or _held(request, case, person)
    inside = may("read_inside", standing)
    entries = timeline(case, standing)
    whole = bool(standing & WHOLE)
    given = unmasked if unmasked is not None else case.answers(lambda path: whole)
    context |= _of_everyone(case, standing, entries, person, language) | {
        "answers": answers_of(case.definition, given, language, case.division),
        "refusal": refusal,
        "unsent": [text for form in invalid.values() for text in _texts(form)] if refusal and not case.is_open else [],
        "inside": inside,
        "own": bool(standing & ACTING),
        "acting": mandate_of(person, case),
    }
    if inside:
        context |= _for_office(case, standing, entries, person, language, invalid)
    else:
        context |= _for_applicant(case, standing, person, invalid)
    return render(request, f"portal/case_{'office' if inside else 'applicant'}.html", context, status=status)


def _held(request: HttpRequest, case: Case, person: Person | None) -> Invalid:
    """What was written here when the session was over, in its form again."""
    held = give_back(request, person)
    name = held[0].rstrip("/").rpartition("/")[2] if held else ""
    form_class = next((one for one in (*APPLICANT, *OFFICE, *ALWAYS) if one.move == name), None)
    if held is None or form_class is None:
        return {}
    form = form_class(held[1], person=person)
    prepare(form, case)
    messages.warning(
        request, _("You had been signed out, so nothing was sent. What you wrote is still here: send it again.")
    )
    return {name: form}


def _texts(form: MoveForm) -> list[str]:
    return [value for name, value in form.cleaned_data.items() if name in ("text", "reason", "question") and value]


def _of_everyone(
    case: Case, standing: frozenset[str], entries: list[Entry], person: Person | None, language: str
) -> dict[str, Any]:
    clock = running_clock(case) or case.clocks.last()
    inside = may("read_inside", standing)
    office = [(_("Workbench"), reverse("portal:workbench"))] if may("decide", standing) else []
    own = [(_("My page"), reverse("portal:my-page"))] if standing & APPLICANTS_SIDE else []
    attached = case.attachments.select_related("file")
    files = [one for one in attached if inside or not one.is_internal]
    # What was attached on the applicant's side, by themselves or by who acted for them.
    theirs = {case.applicant_id} | {one.by_id for one in entries if one.data.get("for")}
    results = list(case.results.filter(sent_at__isnull=False).select_related("institution", "department"))
    return {
        "breadcrumbs": [*(own or office), (case.number, "")],
        "entries": told(entries, case, person),
        "files": [_file(case, one) for one in files if one.by_id in theirs],
        "office_files": [_file(case, one) for one in files if one.by_id not in theirs and not one.result_id],
        "results": [(one, [_file(case, file) for file in files if file.result_id == one.pk]) for one in results],
        "draft_files": [_file(case, one) for one in files if one.result_id and one.is_internal],
        "question": case.supplements.filter(replied_at=None).first() if case.is_open else None,
        "clock": clock,
        "period": say_period(Period.parse(clock.period)) if clock else "",
        "lines": explanation_of(clock, language) if clock else [],
        "can_advance": case.is_open and may("advance", standing) and _moves_on(case, standing),
        "may": {verb: may(verb, standing) for verb in ("assign", "approve", "reply", "note")},
    }


def _moves_on(case: Case, standing: frozenset[str]) -> bool:
    return may_move_on(case.definition, case.stage, standing) and bool(open_steps(case.definition, case.stage))


def _file(case: Case, one: Attachment) -> dict[str, Any]:
    url = reverse("portal:case-file", args=[case.number, one.file.token])
    return {"name": one.file.name, "url": url, "size": one.file.size, "kind": one.file.kind.label}


def _for_applicant(case: Case, standing: frozenset[str], person: Person | None, invalid: Invalid) -> dict[str, Any]:
    own = bool(standing & ACTING)
    feedbacks = {one.round: one for one in case.feedbacks.all()}
    answered = not case.is_open and case.results.filter(round=case.round, sent_at__isnull=False).exists()
    rule = case.definition.feedback
    unhappy = 1 in feedbacks and feedbacks[1].is_dissatisfied
    made = {one.move: invalid.get(one.move) or one(person=person) for one in APPLICANT}
    for form in made.values():
        if case.is_open and form.move not in invalid:
            prepare(form, case)
    return {
        "pending": next((one for one in case.extensions.all() if one.is_pending), None) if case.is_open else None,
        "can_rate": own and answered and case.round not in feedbacks and rule.rate,
        "can_ask_again": own and answered and case.round == 1 and rule.ask_again and unhappy,
        "can_withdraw": may("withdraw", standing) and case.is_open and "withdraw" in case.definition.may,
        "feedbacks": feedbacks.values(),
        "forms": {name.replace("-", "_"): form for name, form in made.items()},
    }


def _for_office(
    case: Case, standing: frozenset[str], entries: list[Entry], person: Person | None, language: str, invalid: Invalid
) -> dict[str, Any]:
    acts = may("decide", standing)
    context: dict[str, Any] = {
        "acts": acts,
        "feedbacks": list(case.feedbacks.all()),
        "notes": list(case.notes.select_related("by")),
        "questions": list(case.supplements.all()),
        "follow_ups": list(case.follow_ups.all()),
        "beside": select_template(
            [f"{case.definition.service}/beside_case.html", "portal/beside_case.html"]
        ).template.name,
    }
    closed_too = {one.move: invalid.get(one.move) or one() for one in ALWAYS}
    for form in closed_too.values():
        prepare(form, case)
    context["masked"] = secret_answers(case) if may("unmask", standing) else {}
    context["held"] = held(case)
    context["may_hold"] = may("hold", standing)
    if not case.is_open:
        return context | {"forms": closed_too}
    draft = case.results.filter(round=case.round, sent_at=None).select_related("by").first()
    made = {one.move: invalid.get(one.move) or one(person=person, initial=_initial(one, draft)) for one in OFFICE}
    clock = running_clock(case)
    for form in made.values():
        if acts and form.move not in invalid:
            prepare(form, case, clock, standing)
    turns = [one for one in entries if one.kind in ("proposed", "sent_back")]
    waits = draft is not None and draft.waits_for_approval
    ours = not is_applicants(case.definition, case.stage)
    return context | {
        "draft": draft,
        "waits": waits,
        "returned": turns[-1] if draft and not waits and turns and turns[-1].kind == "sent_back" else None,
        "flow": [_("Draft"), _("Approval"), _("Sent")] if case.institution.requires_approval else [],
        "similar": similar(person, case.title, case.text, answered_only=True, apart_from=case.pk),
        "forms": {name.replace("-", "_"): form for name, form in (closed_too | made).items()},
        "can_decide": bool(endings(case.definition, case.stage, standing)),
        "can_transfer": "transfer" in case.definition.may and ours,
        "can_ask": "supplement" in case.definition.may and ours,
        "can_extend": "extend" in case.definition.may and _extensions_left(case, clock),
    }


def _initial(form: type[MoveForm], draft: Any) -> dict[str, Any]:
    if form is moves.AnswerForm and draft:
        return {"text": draft.text, "stage": draft.stage}
    if form is moves.AskForm:
        return {"days": parameter("cases.supplement_days", timezone.localdate())}
    return {}


def _extensions_left(case: Case, clock: Clock | None) -> bool:
    rule = case.definition.extension
    return clock is not None and clock.due_at is not None and clock.extensions.count() < rule.max + rule.with_consent


def prepare(form: MoveForm, case: Case, clock: Clock | None = None, standing: frozenset[str] | None = None) -> None:
    """Offers in a form what this case allows: its people, its stages and ends, the unit of its period.

    `standing` narrows the ends to those of its reader; without, all are offered, and the action refuses.
    """
    known, language = case.definition.stages, get_language() or ""
    if isinstance(form, moves.AssignForm):
        posts = case.institution.posts.exclude(role=Post.Role.AUDITOR).select_related("person", "department")
        form.offer(case, list(posts.order_by("department_id", "person__name", "id")))
    elif isinstance(form, moves.AdvanceForm):
        steps = open_steps(case.definition, case.stage)
        reasons = bool(steps) and all(needs_reason(case.definition, one) for one in steps)
        form.offer([(one, known[one].label.text(language)) for one in steps], reasons)
    elif isinstance(form, moves.AnswerForm):
        # Who cannot end it yet drafts for later; of a case closed meanwhile, the action says that it is closed.
        stages = endings(case.definition, case.stage, standing) or all_endings(case.definition)
        form.fields["stage"].choices = [(one, known[one].label.text(language)) for one in stages]  # type: ignore[attr-defined]
    elif isinstance(form, moves.UnmaskForm):
        form.fields["field"].choices = list(secret_answers(case).items())  # type: ignore[attr-defined]
    elif isinstance(form, moves.ExtendForm) and (clock := clock or running_clock(case)):
        form.offer(Period.parse(clock.period), Counting().immediately)


def file(request: HttpRequest, number: str, token: UUID) -> HttpResponseBase:
    """A file of a case, for those who may read the case."""
    person = person_of(request)
    case = by_number(person, number)
    attachment = get_object_or_404(case.attachments.select_related("file"), file__token=token)
    if attachment.is_internal and not may("read_inside", standings(person, case)):
        raise Refused()
    looked(case, by=person, file=attachment.file_id)
    return serve(attachment.file, inline="inline" in request.GET)
