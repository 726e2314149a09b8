"""What programs send and get of mandates."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, Schema

from madang.kernel.common import moment
from madang.kernel.identity.models import Company, Person

from .models import Mandate

# The database keeps no NUL.
Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class ProposalIn(Schema, extra="forbid"):
    """A mandate to propose. Which of the two sides the caller is, `side` says."""

    kind: Literal["power_of_attorney", "child", "company", "agent"]
    side: Literal["principal", "agent", "company"] = Field(
        description="`principal`: the other acts for me. `agent`: I act. `company`: the other acts for my company."
    )
    to: Words = Field(
        "", max_length=254, description="E-mail of the other; none where an officer confirms from papers."
    )
    company: Words = Field("", max_length=20, description="Registration number, for `side: company`.")
    post: Literal["", "representative", "employee"] = ""
    name: Words = Field("", max_length=200, description="Of a child, or of a company whose representative I am.")
    born: date | None = Field(None, description="Of a child.")
    registration: Words = Field("", max_length=30, description="Of a company whose representative I am.")
    licence: Words = Field("", max_length=40, description="Registration number of an administrative agent.")
    scope: list[Words] = Field(default_factory=list, max_length=100, description="Services and procedures; empty: all.")
    may: Literal["file", "all", "read"] = "file"
    since: date | None = Field(None, description="First day; today when left out.")
    until: date | None = Field(None, description="Last day.")

    def mandate(self, person: Person, company: Company | None) -> Mandate:
        """The mandate that this proposes, not yet saved."""
        stated: dict[str, Any] = {"name": self.name}
        stated |= {"born": self.born.isoformat() if self.born else None} if self.kind == "child" else {}
        stated |= {"number": self.registration} if self.kind == "company" else {}
        return Mandate(
            kind=self.kind,
            post=self.post,
            principal=person if self.side == "principal" else None,
            agent=person if self.side == "agent" else None,
            company=company,
            stated=stated,
            licence=self.licence,
            scope=self.scope,
            may=self.may,
            since=self.since or timezone.localdate(moment.now()),
            until=self.until,
        )


class Nothing(Schema, extra="forbid"):
    """Nothing has to be said."""


class MandateOut(Schema):
    """A mandate as its sides see it. Who was asked by e-mail is named once they have agreed, and not before."""

    number: str
    kind: str
    post: str
    principal: str
    agent: str
    licence: str
    scope: list[str]
    may: str
    since: date
    until: date | None
    state: str = Field(description="proposed, lapsed, refused, coming, holds, expired or ended.")
    proposed_at: datetime
    accepted_at: datetime | None
    confirmed_at: str | None = Field(description="Code of the institution whose officer confirmed it.")
    ended_at: datetime | None

    @classmethod
    def of(cls, mandate: Mandate) -> dict[str, Any]:
        """The mandate in the shape of this schema."""
        return {
            "number": mandate.number,
            "kind": mandate.kind,
            "post": mandate.post,
            "principal": mandate.for_whom,
            "agent": mandate.who_acts,
            "licence": mandate.licence,
            "scope": mandate.scope,
            "may": mandate.may,
            "since": mandate.since,
            "until": mandate.until,
            "state": mandate.state(),
            "proposed_at": mandate.proposed_at,
            "accepted_at": mandate.accepted_at,
            "confirmed_at": mandate.confirmed_at.code if mandate.confirmed_at else None,
            "ended_at": mandate.ended_at,
        }
