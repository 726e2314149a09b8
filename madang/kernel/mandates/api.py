"""Mandates for programs: propose, accept, refuse, end; for officers of a desk, confirm."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from madang.kernel.common.errors import Refused
from madang.kernel.events.actions import once
from madang.kernel.identity.api import signed_in
from madang.kernel.identity.models import Person

from . import actions, schemas
from .models import Mandate
from .queries import by_number, represented, to_confirm, visible_to

router = Router(auth=signed_in)
MOST = 200


def _act(request: HttpRequest, act: Callable[[Person], Mandate]) -> Any:
    """Acts as the caller: once for each Idempotency-Key, however often the request arrives."""
    person: Person = request.auth  # type: ignore[attr-defined]

    def answer() -> dict[str, Any]:
        return schemas.MandateOut.of(act(person))

    key = request.headers.get("Idempotency-Key")
    body = answer() if key is None else once(person, key, request.body, f"{request.method} {request.path}", answer)
    return Status(201, body)


def _mine_or_papers(person: Person, number: str) -> Mandate:
    """A mandate of the caller's, or one whose papers they compare at a desk."""
    try:
        return by_number(person, number)
    except Refused:
        return to_confirm(person, number)


@router.get("", response=list[schemas.MandateOut], summary="List")
def listing(request: HttpRequest) -> Any:
    """The mandates one has given, holds, proposed or is asked for, the newest first: at most 200."""
    return [schemas.MandateOut.of(one) for one in visible_to(request.auth)[:MOST]]  # type: ignore[attr-defined]


@router.post("", response={201: schemas.MandateOut}, summary="Propose")
def proposing(request: HttpRequest, payload: schemas.ProposalIn) -> Any:
    """Proposes a mandate. Whether the e-mail belongs to an account is told to nobody."""

    def act(person: Person) -> Mandate:
        company = next((one for one in represented(person).values() if one.number == payload.company), None)
        if payload.side == "company" and company is None:
            raise Refused()
        chosen = company if payload.side == "company" else None
        return actions.propose(payload.mandate(person, chosen), by=person, to=payload.to)

    return _act(request, act)


@router.get("/{number}", response=schemas.MandateOut, summary="Read")
def reading(request: HttpRequest, number: str) -> Any:
    """One mandate of one's own; 404 for every other."""
    return schemas.MandateOut.of(by_number(request.auth, number))  # type: ignore[attr-defined]


@router.post("/{number}/acceptance", response={201: schemas.MandateOut}, summary="Accept")
def acceptance(request: HttpRequest, number: str, payload: schemas.Nothing) -> Any:
    """Agrees to what the other side proposed."""
    return _act(request, lambda person: actions.accept(by_number(person, number), by=person))


@router.post("/{number}/refusal", response={201: schemas.MandateOut}, summary="Refuse")
def refusal(request: HttpRequest, number: str, payload: schemas.Nothing) -> Any:
    """Refuses what the other side proposed; an officer, what the papers do not show."""
    return _act(request, lambda person: actions.refuse(_mine_or_papers(person, number), by=person))


@router.post("/{number}/confirmation", response={201: schemas.MandateOut}, summary="Confirm")
def confirmation(request: HttpRequest, number: str, payload: schemas.Nothing) -> Any:
    """An officer of a desk confirms from papers who is whose parent, or who represents a company."""
    return _act(request, lambda person: actions.confirm(_mine_or_papers(person, number), by=person))


@router.post("/{number}/end", response={201: schemas.MandateOut}, summary="End")
def ending(request: HttpRequest, number: str, payload: schemas.Nothing) -> Any:
    """Ends a mandate at once, or takes a proposal back."""
    return _act(request, lambda person: actions.end(by_number(person, number), by=person))
