"""The fields a form may have, one class for each type; what a class does not name, its type does not take."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from .problems import _, refuse, wrong
from .texts import TODAY, DateBound, Localized, Name, Part, localized

Whole = Annotated[StrictInt, Field(ge=-(10**15), le=10**15)]
_MATCH = {"anyOf": [{"type": ["string", "boolean"]}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Real = Annotated[StrictInt | StrictFloat, Field(ge=-(10**15), le=10**15)]


def _match(value: Any) -> Any:
    answers = value if isinstance(value, (list, tuple)) else [value]
    if not answers or not all(isinstance(answer, (str, bool)) for answer in answers):
        remedy = _("write an option's value, several as [a, b], or true/false for a yesno field.")
        refuse([wrong(_("“%(value)s” is not an answer to compare with"), remedy, value=value)])
    return tuple(answers)


# What a condition compares with: one answer, or any of several.
Match = Annotated[tuple[str | bool, ...], BeforeValidator(_match), WithJsonSchema(_MATCH)]


def _in_order(part: Any, low: str, high: str) -> None:
    """Raises DefinitionError when the lower bound of a part is above its upper bound."""
    least, most = getattr(part, low), getattr(part, high)
    if least is not None and most is not None and TODAY not in (least, most) and least > most:
        message = _("`%(low)s` (%(least)s) is above `%(high)s` (%(most)s)")
        remedy = _("exchange them or correct one.")
        refuse([wrong(message, remedy, high, low=low, high=high, least=least, most=most)])


class FieldBase(Part):
    """What every field has."""

    id: Name = Field(
        description=_("The field's own name in small letters, digits and `_`; never changes once published.")
    )
    type: str
    label: Localized = Field(description=_("The question, as the person reads it above the field."))
    help: Localized | None = Field(
        default=None, description=_("One sentence below the label: what to write, where to find it.")
    )
    required: StrictBool = Field(default=False, description=_("Whether the form is refused without an answer."))
    secret: StrictBool = Field(
        default=False,
        description=_(
            "Whether answers are kept encrypted and shown to nobody but the applicant until an officer says why."
        ),
    )
    when: dict[Name, Match] = Field(
        default_factory=dict,
        description=_(
            "Ask only when earlier fields are answered so: `{kind: other}`, `{kind: [a, b]}`, `{visited: true}`."
        ),
    )


class Repeat(Part):
    """How often a group may be filled in."""

    min: Annotated[StrictInt, Field(ge=0, le=50)] = Field(default=0, description=_("The fewest times."))
    max: Annotated[StrictInt, Field(ge=1, le=50)] = Field(default=20, description=_("The most times."))

    @model_validator(mode="after")
    def _order(self) -> "Repeat":
        _in_order(self, "min", "max")
        return self


class Option(Part):
    """One answer to choose."""

    value: Name = Field(description=_("What is stored and counted: small letters, digits and `_`."))
    label: Localized = Field(description=_("What the person reads."))


class TextField(FieldBase):
    """One line of text."""

    type: Literal["text"]
    max_length: Annotated[StrictInt, Field(ge=1, le=1000)] = Field(default=200, description=_("The most characters."))


class TextareaField(FieldBase):
    """Several lines of text."""

    type: Literal["textarea"]
    max_length: Annotated[StrictInt, Field(ge=1, le=50_000)] = Field(10_000, description=_("The most characters."))


class NumberField(FieldBase):
    """A number."""

    type: Literal["number"]
    min: Real | None = Field(default=None, description=_("The smallest number."))
    max: Real | None = Field(default=None, description=_("The largest number."))
    decimals: Annotated[StrictInt, Field(ge=0, le=6)] = Field(default=0, description=_("Digits after the point."))

    @model_validator(mode="after")
    def _order(self) -> "NumberField":
        _in_order(self, "min", "max")
        return self


class MoneyField(FieldBase):
    """An amount in the smallest unit of the country's currency."""

    type: Literal["money"]
    min: Whole = Field(default=0, description=_("The smallest amount."))
    max: Whole = Field(default=10**15, description=_("The largest amount."))

    @model_validator(mode="after")
    def _order(self) -> "MoneyField":
        _in_order(self, "min", "max")
        return self


class DateField(FieldBase):
    """A day."""

    type: Literal["date"]
    not_before: DateBound | None = Field(default=None, description=_("The earliest day: `today` or a date."))
    not_after: DateBound | None = Field(default=None, description=_("The latest day: `today` or a date."))

    @model_validator(mode="after")
    def _order(self) -> "DateField":
        _in_order(self, "not_before", "not_after")
        return self

    def bounds(self, today: date) -> tuple[date | None, date | None]:
        """The earliest and the latest day that may be given today."""

        def day(bound: str | None) -> date | None:
            return today if bound == TODAY else (bound and date.fromisoformat(bound)) or None

        return day(self.not_before), day(self.not_after)


class _Choosing(FieldBase):
    options: tuple[Option, ...] = Field(min_length=1, max_length=300, description=_("The answers to choose from."))

    @model_validator(mode="after")
    def _values_once(self) -> "_Choosing":
        values = [option.value for option in self.options]
        message, remedy = _("two options have the value “%(value)s”"), _("give each its own.")
        refuse(
            wrong(message, remedy, "options", at, "value", value=value)
            for at, value in enumerate(values)
            if value in values[:at]
        )
        return self

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)


class ChoiceField(_Choosing):
    """One of several answers."""

    type: Literal["choice"]


class ChoicesField(_Choosing):
    """Any number of several answers."""

    type: Literal["choices"]


class YesnoField(FieldBase):
    """Yes or no."""

    type: Literal["yesno"]


class EmailField(FieldBase):
    """An e-mail address."""

    type: Literal["email"]


class PhoneField(FieldBase):
    """A telephone number."""

    type: Literal["phone"]


class ResidentNumberField(FieldBase):
    """The number by which the state knows a person; always secret."""

    type: Literal["resident_number"]


class AccountNumberField(FieldBase):
    """The number of a bank account; always secret."""

    type: Literal["account_number"]


class FileField(FieldBase):
    """Files; their kinds and sizes are those the platform admits."""

    type: Literal["file"]
    max_files: Annotated[StrictInt, Field(ge=1, le=20)] = Field(default=5, description=_("The most files."))


class AddressField(FieldBase):
    """A postal address: street, detail, postcode."""

    type: Literal["address"]


class PlaceField(FieldBase):
    """A place: a point on the map, words that describe it, or both."""

    type: Literal["place"]


class PeopleField(FieldBase):
    """Several people: name, date of birth, telephone."""

    type: Literal["people"]
    repeat: Repeat = Field(default=Repeat(), description=_("How many people."))


SimpleField = Annotated[
    TextField | TextareaField | NumberField | MoneyField | DateField | ChoiceField | ChoicesField | YesnoField
    | EmailField | PhoneField | ResidentNumberField | AccountNumberField | AddressField | PlaceField,
    Discriminator("type"),
]  # fmt: skip
# So many inputs a page can hold that people, browsers and the server still manage.
MOST_INPUTS = 300


class GroupField(FieldBase):
    """Several fields that belong together, filled in once or, with `repeat`, several times."""

    type: Literal["group"]
    fields: tuple[SimpleField, ...] = Field(
        min_length=1, max_length=30, description=_("The fields of the group; no group, people or file among them.")
    )
    repeat: Repeat | None = Field(
        default=None, description=_("How often the group may be filled in; without it, once.")
    )

    @model_validator(mode="after")
    def _fits_a_page(self) -> "GroupField":
        inputs = sum(len(parts_of(field)) or 1 for field in self.fields) * (self.repeat.max if self.repeat else 1)
        if inputs > MOST_INPUTS:
            message, remedy = _("the group could have %(inputs)s inputs"), _("lower `max` in `repeat`, or ask less.")
            refuse([wrong(message, remedy, "repeat", inputs=inputs)])
        return self


AnyField = Annotated[
    TextField | TextareaField | NumberField | MoneyField | DateField | ChoiceField | ChoicesField | YesnoField
    | EmailField | PhoneField | ResidentNumberField | AccountNumberField | FileField | AddressField | PlaceField
    | PeopleField | GroupField,
    Discriminator("type"),
]  # fmt: skip

_ADDRESS = (
    TextField(type="text", id="street", label=localized("도로명 주소", "Street address"), required=True),
    TextField(type="text", id="detail", label=localized("상세 주소", "Flat, floor, building"), max_length=100),
    TextField(type="text", id="postcode", label=localized("우편번호", "Postcode"), max_length=10),
)
_PLACE = (
    TextField(type="text", id="address", label=localized("장소 설명", "Describe the place")),
    NumberField(type="number", id="lat", label=localized("위도", "Latitude"), min=-90, max=90, decimals=6),
    NumberField(type="number", id="lon", label=localized("경도", "Longitude"), min=-180, max=180, decimals=6),
    TextField(type="text", id="division", label=localized("행정구역 코드", "Code of the division"), max_length=10),
)
_PERSON = (
    TextField(type="text", id="name", label=localized("이름", "Name"), required=True, max_length=100),
    DateField(type="date", id="birth_date", label=localized("생년월일", "Date of birth"), not_after=TODAY),
    PhoneField(type="phone", id="phone", label=localized("전화번호", "Telephone")),
)


def parts_of(field: FieldBase) -> tuple[FieldBase, ...]:
    """The fields that an address, a place, people or a group consists of; empty for a plain field."""
    if isinstance(field, GroupField):
        return field.fields
    return {"address": _ADDRESS, "place": _PLACE, "people": _PERSON}.get(field.type, ())


def repeat_of(field: FieldBase) -> Repeat | None:
    """How often a field is filled in; None for once. A required one is filled in at least once."""
    repeat = field.repeat if isinstance(field, (GroupField, PeopleField)) else None
    return repeat.model_copy(update={"min": 1}) if repeat and field.required and not repeat.min else repeat
