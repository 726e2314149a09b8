"""What the figures do when cases tell."""

from madang.kernel.cases import contracts as told
from madang.kernel.events.contracts import on

from .actions import tally


@on(
    told.CaseFiled, told.CaseTransferred, told.CaseClosed, told.CaseWithdrawn, told.CaseRated, told.CaseExtended,
    told.SupplementAsked, told.FollowUpAsked, batch=True,
)  # fmt: skip
def count(events: list[told.CaseEvent]) -> None:
    """Counts what happened, once: the tallies are committed together with the note that the events were told to us.

    Should the worker stop in between, both are gone and the events are told again; should tallying fail, that is rolled
    back alone and this handler is told again later. The same event never adds twice.
    """
    tally(events)
