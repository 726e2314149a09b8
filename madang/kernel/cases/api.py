"""The API that every service gets for its cases: `router = case_router("petitions")`."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status
from ninja.responses import Response

from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.events.actions import once
from madang.kernel.identity.api import NotSignedIn, caller, signed_in
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import by_login
from madang.kernel.institutions.models import Institution
from madang.kernel.institutions.queries import by_code
from madang.kernel.mandates.queries import held_by_number
from madang.kernel.procedures.forms import clean_data
from madang.kernel.procedures.queries import current

from . import actions, schemas
from .models import Case
from .queries import (
    NAMED,
    NEEDED,
    by_number,
    central_desk,
    looks_at,
    page_of,
    public,
    readable,
    standings,
    timeline,
)
from .queries.acting import under
from .rules import WHOLE, may

Body = dict[str, Any]


def _act(request: HttpRequest, act: Callable[[Person], Body], *, single: bool = False) -> Any:
    """Acts as the caller: once for each Idempotency-Key, however often the request arrives."""
    person: Person = request.auth  # type: ignore[attr-defined]
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return Status(201, act(person))
    body = once(person, key, request.body, f"{request.method} {request.path}", lambda: act(person), single=single)
    return Status(201, body)


def _known(request: HttpRequest) -> Person:
    person = caller(request)
    if person is None:
        raise NotSignedIn()
    return person


def _institution(code: str) -> Institution:
    found = by_code(code)
    if found is None:
        raise Invalid(fields={"institution": [_("There is no institution with this code.")]})
    return found


def case_router(service: str) -> Router:
    """Filing, reading and everything that happens to the cases of one service."""
    router = Router()

    def mine(person: Person | None, number: str) -> Case:
        case = by_number(person, number)
        if not case.procedure.startswith(f"{service}."):
            raise Refused()
        return case

    def answer(person: Person, case: Case) -> Body:
        return schemas.CaseOut.of(Case.objects.select_related(*NEEDED).get(pk=case.pk), masked=False)

    @router.get("", response=schemas.CasePage, summary="List")
    def listing(
        request: HttpRequest, mine: bool = False, mandate: str = "", institution: str = "", topic: str = "",
        cursor: str = "", limit: int = Query(20, ge=1, le=1000),
    ) -> Any:  # fmt: skip
        """Public cases, or with `mine` one's own, or with the number of a `mandate` what it lets one see, newest first."""
        if mandate:
            cases = under(held_by_number(_known(request), mandate))
        else:
            cases = Case.objects.filter(applicant=_known(request)) if mine else public()
        cases = cases.filter(procedure__startswith=f"{service}.")
        if institution:
            cases = cases.filter(institution=_institution(institution))
        if topic:
            cases = cases.filter(topic=topic)
        items, following = page_of(cases.select_related(*NAMED), cursor, limit)
        whole = mine or bool(mandate)
        return {"items": [schemas.CaseOut.of(case, masked=not whole) for case in items], "next": following}

    @router.post("", response={201: schemas.CaseOut}, summary="File", auth=signed_in)
    def filing(request: HttpRequest, payload: schemas.FilingIn) -> Any:
        """Files a form. It is checked by the same rules as the pages; a mistake names its field and files nothing."""
        version = current(f"{service}.{payload.procedure.removeprefix(f'{service}.')}")
        institution = _institution(payload.institution) if payload.institution else central_desk()

        def act(person: Person) -> Body:
            data = clean_data(version.definition, payload.data, person)
            mandate = held_by_number(person, payload.on_behalf_of) if payload.on_behalf_of else None
            with transaction.atomic() if mandate else nullcontext():
                case = actions.file(
                    version, by=person, data=data, institution=institution, channel=Case.Channel.API,
                    topic=payload.topic, is_public=payload.is_public, mandate=mandate,
                )  # fmt: skip
            return schemas.CaseOut.of(case, masked=False)

        return _act(request, act, single=not payload.on_behalf_of)

    @router.get("/{number}", response=schemas.CaseWhole, summary="Read")
    def reading(request: HttpRequest, number: str) -> Any:
        """One case: whole for those concerned, masked for everyone else when it is public."""
        person = caller(request)
        case = readable(person, number, NAMED)
        if not case.procedure.startswith(f"{service}."):
            raise Refused()
        standing = standings(person, case)
        if may("read", standing):
            actions.looked(case, by=person)
        # In its shape already; to have that proved at each reading costs more than the reading from the database.
        whole = bool(standing & WHOLE)
        return Response(schemas.CaseWhole.seen_by(case, masked=not may("read", standing), own=whole))

    def seen(request: HttpRequest, number: str) -> Case:
        """What the caller may look at, which is on record."""
        person: Person = request.auth  # type: ignore[attr-defined]
        case = mine(person, number)
        actions.looked(case, by=person)
        return case

    @router.get("/{number}/timeline", response=list[schemas.EntryOut], summary="Timeline", auth=signed_in)
    def line(request: HttpRequest, number: str) -> Any:
        """What happened to a case, oldest first; lines among officers only for officers."""
        case = seen(request, number)
        person: Person = request.auth  # type: ignore[attr-defined]
        return [schemas.EntryOut.of(one, case.applicant) for one in timeline(case, standings(person, case))]

    @router.get("/{number}/clocks", response=list[schemas.ClockOut], summary="Deadlines, explained", auth=signed_in)
    def clocks(request: HttpRequest, number: str) -> Any:
        """The legal periods of a case, each explained line by line."""
        return [schemas.ClockOut.of(clock) for clock in seen(request, number).clocks.select_related("institution")]

    @router.get(
        "/{number}/supplements", response=list[schemas.SupplementOut], summary="Questions and replies", auth=signed_in
    )
    def questions(request: HttpRequest, number: str) -> Any:
        """What the applicant was asked, and what came back."""
        return list(seen(request, number).supplements.all())

    @router.get("/{number}/looks", response=list[schemas.LookOut], summary="Who looked at it", auth=signed_in)
    def looks(request: HttpRequest, number: str) -> Any:
        """For the applicant: which institutions looked at the case, when and what for, and who read a secret answer."""
        person: Person = request.auth  # type: ignore[attr-defined]
        case = mine(person, number)
        if not may("looks", standings(person, case)):
            raise Refused(visible=True)
        return [schemas.LookOut.of(one) for one in looks_at(person, case.number)]

    # No answer to this is kept to be given again, as those of moves are: it holds what must not lie anywhere.
    @router.post(
        "/{number}/unmaskings", response={201: schemas.UnmaskedOut}, summary="Read a secret answer", auth=signed_in
    )
    def unmaskings(request: HttpRequest, number: str, payload: schemas.UnmaskingIn) -> Any:
        """Reads one secret answer, with a reason that the applicant is told; each time anew it is on record."""
        person: Person = request.auth  # type: ignore[attr-defined]
        case = mine(person, number)
        return Status(201, {"data": actions.unmask(case, by=person, field=payload.field, reason=payload.reason)})

    def moves(path: str, summary: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Adds POST /{number}/<path>: `function(person, case, payload)` does it, the case as it then is goes back."""

        def add(function: Callable[..., None]) -> Callable[..., None]:
            schema = function.__annotations__["payload"]

            def view(request: HttpRequest, number: str, payload: Any) -> Any:
                def act(person: Person) -> Body:
                    case = mine(person, number)
                    function(person, case, payload)
                    return answer(person, case)

                return _act(request, act)

            view.__name__, view.__doc__ = function.__name__, function.__doc__
            view.__annotations__["payload"] = schema
            router.post(f"/{{number}}/{path}", response={201: schemas.CaseOut}, summary=summary, auth=signed_in)(view)
            return function

        return add

    @moves("assignments", "Assign")
    def assignments(person: Person, case: Case, payload: schemas.AssignmentIn) -> None:
        """Makes a department, or an officer in it, responsible."""
        department = (
            case.institution.departments.filter(code=payload.department).first() if payload.department else None
        )
        account = by_login(payload.officer) if payload.officer else None
        if payload.department and department is None:
            raise Invalid(fields={"department": [_("There is no department with this code.")]})
        if payload.officer and account is None:
            # The same as for a citizen: who has an account is no officer's business.
            raise Invalid(fields={"to": [_("This person has no post there.")]})
        actions.assign(case, by=person, department=department, to=account.person if account else None)

    @moves("stage", "Move on")
    def stage(person: Person, case: Case, payload: schemas.StageIn) -> None:
        """Moves the case on to an open stage that follows; for those whose stage it is, at times the applicant."""
        actions.advance(case, by=person, to=payload.to, reason=payload.reason)

    @moves("transfers", "Transfer")
    def transfers(person: Person, case: Case, payload: schemas.TransferIn) -> None:
        """Passes the case to the competent institution."""
        actions.transfer(case, by=person, to=_institution(payload.institution), reason=payload.reason)

    @moves("supplements", "Ask the applicant")
    def supplements(person: Person, case: Case, payload: schemas.SupplementIn) -> None:
        """Asks the applicant for what is missing; the clock stops."""
        actions.ask(case, by=person, question=payload.question, days=payload.days)

    @moves("reply", "Reply to the office")
    def reply(person: Person, case: Case, payload: schemas.TextIn) -> None:
        """Replies to the open question; the clock goes on."""
        asked = case.supplements.filter(replied_at=None).first()
        if asked is None:
            raise Invalid(fields={"text": [_("There is no open question.")]})
        actions.reply(asked, by=person, text=payload.text)

    @moves("extensions", "Extend")
    def extensions(person: Person, case: Case, payload: schemas.ExtensionIn) -> None:
        """Extends the deadline, or asks the applicant to consent to a further extension."""
        actions.extend(case, by=person, period=payload.period, reason=payload.reason)

    @moves("consent", "Consent to an extension")
    def consent(person: Person, case: Case, payload: schemas.ConsentIn) -> None:
        """Consents to the extension that is asked for, or refuses it."""
        pending = next((one for one in case.extensions.all() if one.is_pending), None)
        if pending is None:
            raise Invalid(fields={"agree": [_("Nobody asks for your consent.")]})
        actions.consent(pending, by=person, agree=payload.agree)

    @moves("answer", "Answer")
    def answering(person: Person, case: Case, payload: schemas.AnswerIn) -> None:
        """Answers, or with `state: draft` keeps a draft. Where the institution wants it, a manager approves first."""
        act = actions.draft if payload.state == "draft" else actions.decide
        act(case, by=person, text=payload.text, stage=payload.stage)

    @moves("approval", "Approve")
    def approval(person: Person, case: Case, payload: schemas.Strict) -> None:
        """Approves the proposed answer, and it goes out."""
        actions.approve(_proposed(case), by=person)

    @moves("return", "Send back")
    def sending_back(person: Person, case: Case, payload: schemas.ReasonIn) -> None:
        """Returns the proposed answer to its author."""
        actions.send_back(_proposed(case), by=person, reason=payload.reason)

    @moves("rating", "Rate")
    def rating(person: Person, case: Case, payload: schemas.RatingIn) -> None:
        """Rates the answer from 1 to 5."""
        actions.rate(case, by=person, score=payload.score, comment=payload.comment)

    @moves("follow-up", "Ask for an additional answer")
    def follow_up(person: Person, case: Case, payload: schemas.TextIn) -> None:
        """Asks once for an additional answer, when dissatisfied with the first."""
        actions.follow_up(case, by=person, text=payload.text)

    @moves("withdrawal", "Withdraw")
    def withdrawal(person: Person, case: Case, payload: schemas.WithdrawalIn) -> None:
        """Takes the case back."""
        actions.withdraw(case, by=person, reason=payload.reason)

    @moves("holds", "Hold")
    def holds(person: Person, case: Case, payload: schemas.ReasonIn) -> None:
        """Keeps the case from being destroyed until the hold is lifted."""
        actions.hold(case, by=person, reason=payload.reason)

    @moves("release", "Lift the hold")
    def release(person: Person, case: Case, payload: schemas.ReasonIn) -> None:
        """Lifts the hold: the case is destroyed when its time has come."""
        actions.lift(case, by=person, reason=payload.reason)

    @moves("notes", "Note")
    def notes(person: Person, case: Case, payload: schemas.TextIn) -> None:
        """Leaves a remark among officers."""
        actions.note(case, by=person, text=payload.text)

    return router


def _proposed(case: Case) -> Any:
    result = next((one for one in case.results.all() if one.waits_for_approval), None)
    if result is None:
        raise Invalid("cases.not-proposed", _("No answer waits for approval."))
    return result
