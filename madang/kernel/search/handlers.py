"""What changes when others tell: the case is indexed anew."""

from madang.kernel.cases import contracts as cases
from madang.kernel.events.contracts import on

from .actions import mark


@on(
    cases.CaseFiled,
    cases.CaseAssigned,
    cases.CaseTransferred,
    cases.CaseClosed,
    cases.CaseWithdrawn,
    cases.FollowUpAsked,
    cases.CaseDestroyed,
    batch=True,
)
def index_cases(events: list[cases.CaseEvent]) -> None:
    """Whoever may find a case, and whether it holds an answer, may have changed."""
    mark("case", sorted({event.case_id for event in events}))
