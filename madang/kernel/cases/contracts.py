"""What cases tell. Every event carries the facts that counting needs, so that nobody has to come back and ask."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CaseEvent:
    """Something happened to a case. `division` is the code of the place the case is about, empty where it has none."""

    case_id: int
    number: str
    procedure: str
    institution_id: int
    topic: str
    division: str
    is_public: bool
    at: datetime


@dataclass(frozen=True)
class CaseFiled(CaseEvent):
    """A case was received by an institution."""


@dataclass(frozen=True)
class CaseAssigned(CaseEvent):
    """A department, or an officer in it, became responsible."""

    department_id: int | None
    assignee_id: int | None
    by_person: bool


@dataclass(frozen=True)
class CaseAdvanced(CaseEvent):
    """The case was moved on from one open stage of its procedure to another."""

    from_stage: str
    to_stage: str
    reason: str
    by_person: bool


@dataclass(frozen=True)
class CaseTransferred(CaseEvent):
    """The case went to another institution (`institution_id` is the new one)."""

    from_institution_id: int
    by_person: bool


@dataclass(frozen=True)
class SupplementAsked(CaseEvent):
    """The applicant was asked for something; the clock stopped."""

    supplement_id: int


@dataclass(frozen=True)
class SupplementGiven(CaseEvent):
    """The applicant answered; the clock goes on."""

    supplement_id: int


@dataclass(frozen=True)
class CaseExtended(CaseEvent):
    """The deadline was extended, or the applicant is asked to consent to a second extension."""

    extension_id: int
    needs_consent: bool


@dataclass(frozen=True)
class ResultProposed(CaseEvent):
    """A draft result waits for the approval of a manager."""

    result_id: int


@dataclass(frozen=True)
class ResultSentBack(CaseEvent):
    """A manager returned a proposed result to its author."""

    result_id: int
    reason: str


@dataclass(frozen=True)
class CaseClosed(CaseEvent):
    """The result was sent. `on_time` is None where no deadline ran; `days` are calendar days, to two decimals."""

    result_id: int
    stage: str
    round: int
    on_time: bool | None
    days: float


@dataclass(frozen=True)
class CaseWithdrawn(CaseEvent):
    """The applicant took the case back."""


@dataclass(frozen=True)
class CaseRated(CaseEvent):
    """The applicant rated the result, 1 (very dissatisfied) to 5 (very satisfied)."""

    score: int
    round: int


@dataclass(frozen=True)
class FollowUpAsked(CaseEvent):
    """A dissatisfied applicant asked for the one additional answer."""

    follow_up_id: int


@dataclass(frozen=True)
class CaseDestroyed(CaseEvent):
    """The case had been kept for as long as its procedure says; there is nothing of it any more."""


@dataclass(frozen=True)
class DeadlineNear(CaseEvent):
    """The due moment is less than a working day away."""


@dataclass(frozen=True)
class DeadlinePassed(CaseEvent):
    """The due moment passed without a result; the dunning notice goes out (Decree 28)."""
