"""What programs send and get."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import get_language
from ninja import Field, Schema

from madang.kernel.common.privacy import mask
from madang.kernel.identity.models import Person

from .models import Case, Clock, Entry
from .queries import Look, explanation_of

Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class Strict(Schema, extra="forbid"):
    """Input: a key that nobody knows is an error, so that a misspelt one is not lost in silence."""


class FilingIn(Strict):
    """A filled form. `procedure` is the second half of the id: `suggestion` of `petitions.suggestion`."""

    procedure: str = Field(max_length=80)
    data: dict[str, Any]
    institution: str | None = Field(None, max_length=40, description="Code; left out: it is sent where it belongs.")
    is_public: bool = False
    topic: str = Field("", max_length=60)
    on_behalf_of: str = Field(
        "", max_length=40, description="Number of the mandate under which it is filed for another."
    )


class AssignmentIn(Strict):
    """A department of the institution by its code, or an officer by their login, or both."""

    department: str | None = Field(None, max_length=40)
    officer: str | None = Field(None, max_length=254)


class StageIn(Strict):
    """The stage to which the case is moved on, and why; some stages want a reason."""

    to: str = Field(max_length=40)
    reason: str = Field("", max_length=20_000)


class TransferIn(Strict):
    """The competent institution by its code, and why the case goes there."""

    institution: str = Field(max_length=40)
    reason: Text


class SupplementIn(Strict):
    """What the applicant should send or explain, and in how many days."""

    question: Text
    days: int | None = Field(None, ge=1, le=90)


class TextIn(Strict):
    """What somebody writes."""

    text: Text


class ExtensionIn(Strict):
    """How much longer it takes, in the unit of the period, and why."""

    period: str = Field(max_length=12, examples=["7d"])
    reason: Text


class ConsentIn(Strict):
    """The applicant's yes or no to a further extension."""

    agree: bool


class AnswerIn(Strict):
    """The answer, as a draft or for good; `stage` is how the case ends, left out: the usual way."""

    text: Text
    stage: str = Field("", max_length=40)
    state: Literal["draft", "final"] = "final"


class ReasonIn(Strict):
    """Why."""

    reason: Text


class RatingIn(Strict):
    """Satisfaction from 1 (very dissatisfied) to 5 (very satisfied)."""

    score: int = Field(ge=1, le=5)
    comment: str = Field("", max_length=2000)


class WithdrawalIn(Strict):
    """Taking a case back; one need not say why."""

    reason: str = Field("", max_length=2000)


class Place(Schema):
    """An institution or department, by code and name."""

    code: str
    name: str


class CaseOut(Schema):
    """A case as its reader may see it: `title` and `data` are whole for those concerned, masked for everyone else."""

    number: str
    procedure: str
    stage: str
    title: str
    text: str
    topic: str
    division: str
    is_public: bool
    institution: Place
    department: Place | None
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    is_waiting: bool

    @classmethod
    def of(cls, case: Case, *, masked: bool) -> dict[str, Any]:
        """The case in the shape of this schema."""
        return {
            "number": case.number,
            "procedure": case.procedure,
            "stage": case.stage,
            "title": case.public_title if masked else case.title,
            "text": case.public_text if masked else case.text,
            "topic": case.topic,
            "division": case.division,
            "is_public": case.is_public,
            "institution": {"code": case.institution.code, "name": str(case.institution)},
            "department": case.department and {"code": case.department.code, "name": str(case.department)},
            "received_at": case.received_at,
            "due_at": case.due_at,
            "closed_at": case.closed_at,
            "is_waiting": case.is_waiting,
        }


class CasePage(Schema):
    """Some cases, the newest first, and the cursor for the next ones (null at the end)."""

    items: list[CaseOut]
    next: str | None


class ClockOut(Schema):
    """A legal period over the case, and line by line how its due moment was counted."""

    kind: str
    period: str
    starts_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    explanation: list[str]

    @classmethod
    def of(cls, clock: Clock) -> dict[str, Any]:
        """The clock in the shape of this schema, explained in the language of the request."""
        return {
            "kind": clock.kind,
            "period": clock.period,
            "starts_at": clock.starts_at,
            "due_at": clock.due_at,
            "ended_at": clock.ended_at,
            "explanation": explanation_of(clock, get_language() or ""),
        }


class EntryOut(Schema):
    """One line of the timeline."""

    at: datetime
    kind: str
    by: str | None = Field(description="`applicant`, `agent` (by mandate, for them), `office`, or null for the system.")
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry, applicant: Person | None) -> dict[str, Any]:
        """The entry in the shape of this schema: it tells on which side somebody acted, never a name."""
        by = None if entry.by_id is None else "applicant" if applicant and entry.by_id == applicant.pk else "office"
        by = "agent" if entry.data.get("for") else by
        return {"at": entry.at, "kind": entry.kind, "by": by, "data": entry.data}


class AnswerOut(Schema):
    """An answer that was sent; `round` 2 is the additional one."""

    round: int
    stage: str
    text: str
    sent_at: datetime | None


class SupplementOut(Schema):
    """A question to the applicant and the reply, empty while there is none."""

    question: str
    answer_by: date
    reply: str
    replied_at: datetime | None


class UnmaskingIn(Strict):
    """The field whose secret answer is to be read, and why; the applicant is told."""

    field: str = Field(max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class UnmaskedOut(Schema):
    """The filled form with the answer that was asked for whole, other secret ones masked."""

    data: dict[str, Any]


class LookOut(Schema):
    """How often a case was looked at from an institution on a day; or which secret answer was read there, and why."""

    day: date
    institution: str | None
    purpose: str = Field(
        description="`handling`, `supervision`, `referral`, `audit`, or `unmasking` of a secret answer."
    )
    times: int
    field: str = Field(description="The label of the field; empty where no secret answer was read.")
    reason: str

    @classmethod
    def of(cls, look: Look) -> dict[str, Any]:
        """The look in the shape of this schema."""
        place = str(look.institution) if look.institution else None
        return {
            "day": look.day, "institution": place, "purpose": look.purpose, "times": look.times, "field": look.field,
            "reason": look.reason,
        }  # fmt: skip


class CaseWhole(CaseOut):
    """One case with its answers. `data` and `mandate` are null for readers of the masked version; secret answers in it are
    whole for those whose they are and masked for everyone else.
    """

    data: dict[str, Any] | None
    mandate: str | None = Field(description="Number of the mandate under which somebody filed it for the applicant.")
    answers: list[AnswerOut]

    @classmethod
    def seen_by(cls, case: Case, *, masked: bool, own: bool) -> dict[str, Any]:
        """The case in the shape of this schema, whole or masked; for its applicant (`own`) with all that is secret."""
        # A case that was never answered has no answers to ask for: most cases read are such.
        answered = case.round > 1 or not case.is_open
        answers = case.results.filter(sent_at__isnull=False) if answered else []
        return CaseOut.of(case, masked=masked) | {
            "data": None if masked else case.answers(lambda path: own),
            "mandate": None if masked or case.mandate is None else case.mandate.number,
            "answers": [
                {
                    "round": one.round,
                    "stage": one.stage,
                    "text": mask(one.text) if masked else one.text,
                    "sent_at": one.sent_at,
                }
                for one in answers
            ],
        }
