"""What petitions do when cases tell."""

from madang.kernel.cases.contracts import CaseFiled, CaseTransferred
from madang.kernel.cases.models import Case
from madang.kernel.events.contracts import on

from .actions import route


@on(CaseFiled)
def route_new_petition(event: CaseFiled) -> None:
    """Every new petition is shown where it may belong, and sent there when the router is sure."""
    if event.procedure.startswith("petitions."):
        route(Case.objects.get(pk=event.case_id), by=None)


@on(CaseTransferred)
def route_within(event: CaseTransferred) -> None:
    """A petition that arrives at another institution is shown the departments there."""
    if event.procedure.startswith("petitions."):
        route(Case.objects.get(pk=event.case_id), by=None)
