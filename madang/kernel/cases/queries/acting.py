"""Which cases a mandate reaches, by which one somebody acts on a case, and who is told of it."""

from datetime import datetime

from django.db.models import Q, QuerySet

from madang.kernel.identity.models import Person
from madang.kernel.mandates.models import Mandate
from madang.kernel.mandates.queries import held, representatives
from madang.kernel.mandates.rules import READING_ALL, covers

from ..models import Case

# By which of several mandates somebody acts: the one that lets them do most.
STRONGEST = ("representative", "agent", "reader")


def reach(mandate: Mandate) -> Q:
    """The cases that a mandate lets its holder see; each kind of mandate has an index of its own."""
    if not (mandate.company_id or mandate.may in READING_ALL):
        return Q(mandate=mandate)
    whose = Q(company=mandate.company_id) if mandate.company_id else Q(applicant=mandate.principal_id)
    if not mandate.scope:
        return whose
    within = Q(procedure__in=[name for name in mandate.scope if "." in name])
    for name in mandate.scope:
        if "." not in name:
            within |= Q(procedure__startswith=f"{name}.")
    return whose & within


def under(mandate: Mandate) -> QuerySet[Case]:
    """The cases that a mandate lets its holder see, while it holds; `page_of` makes a list of them."""
    return Case.objects.filter(reach(mandate)) if mandate.holds else Case.objects.none()


def filed_under(mandate: Mandate, most: int = 100) -> list[tuple[str, datetime]]:
    """Number and reception of the newest cases that were filed under a mandate: all that is left when it is over."""
    rows = Case.objects.filter(mandate=mandate).order_by("-received_at", "-id")
    return list(rows.values_list("number", "received_at")[:most])


def sees(mandate: Mandate, case: Case) -> bool:
    """Whether a mandate lets its holder see a case: what `under` finds, decided on the one row."""
    if case.mandate_id == mandate.pk:
        return True
    if mandate.company_id:
        return case.company_id == mandate.company_id and covers(mandate.scope, case.procedure)
    own = case.applicant_id == mandate.principal_id
    return own and mandate.may in READING_ALL and covers(mandate.scope, case.procedure)


def mandate_of(person: Person | None, case: Case) -> Mandate | None:
    """The mandate by which a person acts, or reads, on a case of another; the one it was filed under, if that holds."""
    if person is None or case.applicant_id == person.pk:
        return None
    found = [one for one in held(person) if sees(one, case)]
    return min(found, key=lambda one: (one.pk != case.mandate_id, STRONGEST.index(one.stands_as), one.pk), default=None)


def told_of(case: Case) -> list[Person]:
    """Who is told of what happens to a case: whose it is, and who filed it for them while the mandate holds.

    Administrative Procedures Act 11(6), 12(2): notice to one of several is not enough. Of a company's case whose agent
    has left, those are told who represent it.
    """
    agent = case.mandate.agent if case.mandate and case.mandate.holds else None
    told = [one for one in (case.applicant, agent) if one]
    return told or (list(representatives(case.company_id)) if case.company_id else [])
