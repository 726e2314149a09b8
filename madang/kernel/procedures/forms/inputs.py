"""How each type of field is asked on a page. What was sent is taken as it is: the rules check it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.kernel.documents.forms import FilesField
from madang.kernel.identity.models import Person

from ..rules import FieldBase, parts_of, repeat_of
from ..rules.fields import (
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    NumberField,
    TextareaField,
    TextField,
)
from ..rules.identifiers import TYPES

# More answers than this are easier to find in a list that opens.
MOST_RADIOS = 7
YES_NO = [("true", _("Yes")), ("false", _("No"))]
# What browsers may fill in by themselves (WCAG 1.3.5).
_AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    "address.street": "address-line1",
    "address.detail": "address-line2",
    "address.postcode": "postal-code",
}


class Answer(forms.Field):
    """Any answer: the rules of the procedure decide about it, for pages and programs alike."""

    def __init__(self, *, show_when: Mapping[str, list[str]], max_length: int | None = None, **rest: Any) -> None:
        # Read by the design system: asked only when earlier fields on the page are answered so.
        self.show_when = show_when
        self.max_length = max_length
        super().__init__(**rest)

    def clean(self, value: Any) -> Any:
        return value


class Files(FilesField):
    """The files of a field."""

    def __init__(self, *, show_when: Mapping[str, list[str]], **rest: Any) -> None:
        self.show_when = show_when
        super().__init__(**rest)


class Inputs:
    """Makes the inputs of fields, for a person, a day and a language."""

    def __init__(self, person: Person | None, today: date, language: str) -> None:
        self.person, self.today, self.language = person, today, language

    def of(
        self,
        fields: Sequence[FieldBase],
        prefix: str = "",
        *,
        within: str = "",
        needed: bool = True,
        show_when: Mapping[str, list[str]] = {},
    ) -> Iterator[tuple[str, forms.Field]]:
        """The inputs of fields by their paths; a field of several parts has one for each of them.

        `within` is the type of the field they are parts of, `needed` whether that must be answered. Fields that can be
        filled in several times are left out: they have a form set.
        """
        for field in fields:
            path = prefix + field.id
            when = {**show_when, **conditions(field, fields, prefix)}
            required = needed and field.required and not when
            if repeat_of(field):
                continue
            if parts_of(field):
                inner = self.of(parts_of(field), f"{path}.", within=field.type, needed=required, show_when=when)
                yield from inner
            else:
                yield path, self._input(field, f"{within}.{field.id}" if within else field.type, required, when)

    def _input(self, field: FieldBase, purpose: str, required: bool, show_when: Mapping[str, list[str]]) -> forms.Field:
        words: dict[str, Any] = {
            "label": field.label.text(self.language),
            "help_text": field.help.text(self.language) if field.help else "",
            "required": required,
            "show_when": show_when,
        }
        if isinstance(field, FileField):
            return Files(person=self.person, max_files=field.max_files, **words)
        most = field.max_length if isinstance(field, (TextField, TextareaField)) else None
        return Answer(widget=self._widget(field, purpose), max_length=most, **words)

    def _widget(self, field: FieldBase, purpose: str) -> forms.Widget:
        if purpose == "place.division":
            return forms.HiddenInput(attrs={"data-division": ""})
        if purpose in ("place.lat", "place.lon"):
            return forms.NumberInput(attrs={"step": "0.000001"})
        attrs: dict[str, Any] = {"autocomplete": _AUTOCOMPLETE[purpose]} if purpose in _AUTOCOMPLETE else {}
        if isinstance(field, (ChoiceField, ChoicesField)):
            options = [(option.value, option.label.text(self.language)) for option in field.options]
            if isinstance(field, ChoicesField):
                return forms.CheckboxSelectMultiple(choices=options)
            if len(options) <= MOST_RADIOS:
                return forms.RadioSelect(choices=options)
            return forms.Select(choices=[("", _("Choose")), *options])
        if isinstance(field, DateField):
            earliest, latest = field.bounds(self.today)
            limits = {"min": earliest, "max": latest}
            attrs |= {name: day.isoformat() for name, day in limits.items() if day}
            return forms.DateInput(attrs=attrs)
        if isinstance(field, TextareaField):
            return forms.Textarea(attrs=attrs | {"rows": 8})
        if field.type == "yesno":
            return forms.RadioSelect(choices=YES_NO)
        if field.type in ("number", "money"):
            decimal = isinstance(field, NumberField) and field.decimals
            # A number input changes with the mouse wheel and hides what it cannot read; a text input does neither.
            return forms.TextInput(attrs=attrs | {"inputmode": "decimal" if decimal else "numeric"})
        if field.type == "email":
            return forms.EmailInput(attrs=attrs)
        if field.type in TYPES:
            return forms.TextInput(attrs=attrs | {"autocomplete": "off"})
        if field.type == "phone":
            return forms.TextInput(attrs=attrs | {"type": "tel"})
        return forms.TextInput(attrs=attrs)


def conditions(field: FieldBase, around: Sequence[FieldBase], prefix: str = "") -> dict[str, list[str]]:
    """On which answers to fields around it, on the same page, a field depends: by the name of the input."""
    here = {other.id for other in around}
    return {
        prefix + name: [str(answer).lower() if isinstance(answer, bool) else answer for answer in answers]
        for name, answers in field.when.items()
        if name in here
    }
