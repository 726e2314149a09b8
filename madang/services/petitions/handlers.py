"""What petitions do when cases tell."""

from madang.kernel.cases.contracts import CaseFiled, CaseTransferred
from madang.kernel.events.contracts import on

from .actions import route


@on(CaseFiled, CaseTransferred, batch=True)
def route_petitions(events: list[CaseFiled | CaseTransferred]) -> None:
    """Petitions that arrive somewhere are shown where they may belong, and sent there when the router is sure."""
    if petitions := {event.case_id for event in events if event.procedure.startswith("petitions.")}:
        route(petitions, by=None)
