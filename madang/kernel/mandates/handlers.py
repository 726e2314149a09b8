"""Each side of a mandate is told what the other did."""

from madang.kernel.events.contracts import on
from madang.kernel.identity.models import Person
from madang.kernel.notices.actions import notify

from . import contracts as told
from .models import Mandate
from .queries import NEEDED, representatives


@on(told.MandateProposed)
def tell_of_proposal(event: told.MandateProposed) -> None:
    """Who was asked is told, if they have an account; who asked is told nothing by which to find out."""
    mandate = _mandate(event)
    asked = mandate.principal if mandate.by_agent else mandate.agent
    if asked is not None and mandate.invited:
        _send(mandate, event, asked, "proposed")


@on(told.MandateAccepted)
def tell_of_agreement(event: told.MandateAccepted) -> None:
    """Both sides are told that it holds, apart from who said so."""
    _to_the_others(event, "accepted")


@on(told.MandateRefused)
def tell_of_refusal(event: told.MandateRefused) -> None:
    """Who proposed it is told that it was refused."""
    mandate = _mandate(event)
    _send(mandate, event, mandate.proposed_by, "refused")


@on(told.MandateEnded)
def tell_of_end(event: told.MandateEnded) -> None:
    """Both sides are told that it is over, apart from who ended it."""
    _to_the_others(event, "ended")


def _mandate(event: told.MandateEvent) -> Mandate:
    return Mandate.objects.select_related(*NEEDED).get(pk=event.mandate_id)


def _to_the_others(event: told.MandateEvent, template: str) -> None:
    mandate = _mandate(event)
    sides = {one for one in (mandate.principal, mandate.agent) if one}
    if mandate.company_id:
        sides |= set(representatives(mandate.company_id))
    for person in sides:
        if person.pk != event.by_id:
            _send(mandate, event, person, template)


def _send(mandate: Mandate, event: told.MandateEvent, person: Person, template: str) -> None:
    facts = {"mandate": mandate, "agent": mandate.who_acts, "principal": mandate.for_whom}
    key = f"mandates.{template}:{mandate.number}:{event.at.isoformat()}:{person.pk}"
    notify(person, f"mandates/{template}", facts, by=None, key=key, link=f"/my/mandates/{mandate.number}/")
