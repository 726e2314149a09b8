"""A procedure: one thing a person can ask for, as a civil servant writes it down."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from .checks import Step, check_form, check_steps
from .fields import AnyField, FieldBase
from .problems import _, refuse, wrong
from .secrets import has_secrets
from .stages import MOVES, USUAL_STAGES, Move, Stage, check_stages, complete
from .terms import Term
from .texts import Line, Localized, Name, Part, is_stored

ID = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$"
STORED: dict[str, Any] = {"languages": None, "stored": True}


class Offer(Part):
    """Which institutions offer a procedure."""

    kinds: tuple[Name, ...] = Field(
        default=(), max_length=50, description=_("Kinds of institutions, such as city or ministry.")
    )
    institutions: tuple[Line, ...] = Field(default=(), max_length=1000, description=_("Codes of single institutions."))

    def includes(self, kind: str, code: str) -> bool:
        """Whether an institution of this kind, with this code, offers the procedure."""
        return not (self.kinds or self.institutions) or kind in self.kinds or code in self.institutions


class ExtensionRule(Part):
    """How often the deadline may be extended, each time by at most its own length."""

    max: Annotated[StrictInt, Field(ge=0, le=3)] = Field(
        default=1, description=_("How often the office may extend on its own.")
    )
    with_consent: Annotated[StrictInt, Field(ge=0, le=3)] = Field(
        default=1, description=_("How often more if the applicant consents.")
    )


class FeedbackRule(Part):
    """What the applicant may do with the answer."""

    rate: StrictBool = Field(default=True, description=_("Rate it from 1 to 5."))
    ask_again: StrictBool = Field(default=False, description=_("When dissatisfied, ask once for an additional answer."))


class SignIn(Part):
    """Who may file: how surely they are known, and whether another may do it for them."""

    level: Annotated[StrictInt, Field(ge=1, le=3)] = Field(
        default=1, description=_("The assurance level that filing needs: 1, 2 or 3.")
    )
    delegate: StrictBool = Field(
        default=True, description=_("Whether somebody who holds a mandate may file it for another.")
    )


class Keep(Part):
    """How long a case is kept after it was closed."""

    years: Annotated[StrictInt, Field(ge=1, le=100)] = Field(description=_("Whole years."))


def _fields(form: tuple[FieldBase, ...], info: ValidationInfo) -> tuple[FieldBase, ...]:
    if not is_stored(info):
        refuse(check_form(form))
    return form


def _stages(stages: dict[str, Stage], info: ValidationInfo) -> dict[str, Stage]:
    if not is_stored(info):
        refuse(check_stages(stages))
    return complete(stages)


def _plain(value: Any) -> Any:
    """YAML reads 2026-01-31 as a date; what is kept is what a program would send."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


Example = Annotated[dict[str, Any], AfterValidator(_plain)]


class Procedure(Part):
    """One public service. Write only what differs from the default."""

    id: Annotated[str, StringConstraints(pattern=ID, max_length=80)] = Field(
        description=_("`service.name`, such as residents.move-in; never changes once published.")
    )
    title: Localized = Field(description=_("What the service is called."))
    summary: Localized | None = Field(
        default=None, description=_("One sentence for the directory: what a person gets, and when.")
    )
    law: Line = Field(description=_("The article that says so, as it is cited: 주민등록법 제16조."))
    offered_by: Offer = Field(default=Offer(), description=_("Which institutions offer it; all of them when left out."))
    form: Annotated[tuple[AnyField, ...], AfterValidator(_fields)] = Field(
        min_length=1,
        max_length=100,
        description=_("The fields of the form, in order. The text field `title` names the case."),
    )
    steps: tuple[Step, ...] = Field(
        default=(),
        max_length=30,
        description=_("The pages of the form. When left out, a form of more than six fields is divided by itself."),
    )
    deadline: Term | None = Field(
        default=None,
        description=_(
            "The legal period: `{hours: 3}`, `{days: 7}`, `{weeks: 2}`, `{months: 1}`, `immediately`; or none."
        ),
    )
    extension: ExtensionRule = Field(default=ExtensionRule(), description=_("How often the deadline may be extended."))
    may: tuple[Move, ...] = Field(
        default=MOVES, max_length=len(MOVES), description=_("What may happen on the way; everything when left out.")
    )
    stages: Annotated[dict[Name, Stage], AfterValidator(_stages)] = Field(
        default_factory=lambda: dict(USUAL_STAGES),
        max_length=30,
        description=_("The stages of a case; the first is where it starts. Left out: received, in_progress, answered."),
    )
    publishable: Literal["applicant", "always", "never"] = Field(
        default="never",
        description=_(
            "Whether everyone may see a case, personal details masked: the applicant decides, always, never."
        ),
    )
    feedback: FeedbackRule = Field(default=FeedbackRule(), description=_("What the applicant may do with the answer."))
    sign_in: SignIn = Field(default=SignIn(), description=_("How one must have signed in to file it."))
    keep: Keep = Field(description=_("How long a case is kept after it was closed; the applicant is told so."))
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,6}$")] | None = Field(
        default=None, description=_("The letters that case numbers begin with; of the service's name when left out.")
    )
    examples: tuple[Example, ...] = Field(
        min_length=1,
        max_length=20,
        description=_("Filled-in forms, at least one; each is tried from filing to every end. A date may be `today`."),
    )

    @field_validator("stages", mode="before")
    @classmethod
    def _in_order(cls, value: Any, info: ValidationInfo) -> Any:
        # A JSON object of the database does not keep its order, and the first stage is where a case starts.
        if is_stored(info) and isinstance(value, list):
            return {stage["name"]: {key: part for key, part in stage.items() if key != "name"} for stage in value}
        return value

    @field_serializer("stages")
    def _as_list(self, stages: dict[str, Stage]) -> list[dict[str, Any]]:
        return [{"name": name, **stage.model_dump(mode="json")} for name, stage in stages.items()]

    @model_validator(mode="after")
    def _adds_up(self, info: ValidationInfo) -> "Procedure":
        if is_stored(info):
            return self
        problems = [found.within(("steps",)) for found in check_steps(self.steps, self.form)]
        if "extension" in self.model_fields_set and "extend" not in self.may:
            message = _("`extension` is written, but `may` does not allow to extend")
            remedy = _("add extend to `may`, or remove `extension`.")
            problems.append(wrong(message, remedy, "extension", at_key=True))
        refuse(problems)
        return self

    @property
    def service(self) -> str:
        """The service that it belongs to."""
        return self.id.partition(".")[0]

    @cached_property
    def has_secrets(self) -> bool:
        """Whether its form asks for anything that is kept encrypted."""
        return has_secrets(self.form)

    @property
    def number_prefix(self) -> str:
        """What the numbers of its cases begin with."""
        return self.prefix or "".join(letter for letter in self.service.upper() if letter.isalpha())[:3]

    @property
    def first_stage(self) -> str:
        """Where a case starts."""
        return next(iter(self.stages))

    @property
    def final_stages(self) -> tuple[str, ...]:
        """Where a case can end, those of the engine included."""
        return tuple(name for name, stage in self.stages.items() if stage.final)

    @property
    def pages(self) -> tuple[tuple[FieldBase, ...], ...]:
        """The fields of each page: as the steps say, otherwise short pages of about equal length."""
        if self.steps:
            fields = {field.id: field for field in self.form}
            return tuple(tuple(fields[name] for name in step.fields) for step in self.steps)
        return divide(self.form)

    @property
    def body(self) -> dict[str, Any]:
        """Everything, defaults included, as it is stored: no later default changes a published version."""
        return self.model_dump(mode="json")

    @property
    def digest(self) -> str:
        """SHA-256 of the body in its one spelling."""
        text = json.dumps(self.body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Procedure":
        """A published version, read back. Keys that did not exist yet have their default."""
        return cls.model_validate(body, context=STORED)


FIELDS_ON_A_PAGE = 6


def divide(form: Sequence[FieldBase]) -> tuple[tuple[FieldBase, ...], ...]:
    """A form in pages of at most six fields, none much shorter than another: 7 fields are 4 and 3."""
    pages = -(-len(form) // FIELDS_ON_A_PAGE)
    short, longer = divmod(len(form), pages)
    starts = [page * short + min(page, longer) for page in range(pages + 1)]
    return tuple(tuple(form[start:end]) for start, end in pairwise(starts))
