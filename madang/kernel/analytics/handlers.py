"""What the figures do when cases tell."""

from madang.kernel.cases import contracts as told
from madang.kernel.events.contracts import on

from .actions import tally


@on(
    told.CaseFiled, told.CaseTransferred, told.CaseClosed, told.CaseWithdrawn, told.CaseRated, told.CaseExtended,
    told.SupplementAsked, told.FollowUpAsked,
)  # fmt: skip
def count(event: told.CaseEvent) -> None:
    """Counts what happened, once: the tally is committed together with the note that the event was told to us.

    Should the worker stop in between, both are gone and the event is told again; should the tally fail, it is rolled
    back alone and this handler is told again later. The same event never adds twice.
    """
    tally(event)
