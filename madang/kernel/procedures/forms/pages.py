"""One page of a procedure's form: shown by `procedures/page.html`, checked by the rules of the definition."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from madang.kernel.identity.models import Person

from ..rules import FieldBase, Procedure, parts_of, repeat_of
from ..rules.answers import check, is_asked
from .checking import messages
from .inputs import Inputs, conditions


def page_of(procedure: Procedure, path: str) -> int:
    """The page (from 0) on which the field of a path stands; the first for none."""
    name = path.partition(".")[0]
    return next((at for at, fields in enumerate(procedure.pages) if any(one.id == name for one in fields)), 0)


def asked_pages(procedure: Procedure, answers: Mapping[str, Any]) -> list[int]:
    """The pages (from 0) that a person comes to, given the answers so far: those on which something is asked."""
    return [number for number, fields in enumerate(procedure.pages) if _asked(fields, answers)]


def _asked(fields: tuple[FieldBase, ...], answers: Mapping[str, Any]) -> tuple[FieldBase, ...]:
    """The fields of a page that are asked, or will be once another field on the same page is answered."""
    here = {field.id for field in fields}
    return tuple(
        field
        for field in fields
        if is_asked(field.model_copy(update={"when": {n: a for n, a in field.when.items() if n not in here}}), answers)
    )


# A template that asks for `form.title` looks for a field of that name first, and a definition may name its fields
# title, errors or data. In the form they are called .title, .errors, .data; in the page as the definition says.
OWN = "."


class QuestionsForm(forms.Form):
    """A form whose fields can have any name."""

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix(field_name.removeprefix(OWN))

    def ask(self, inputs: Iterator[tuple[str, forms.Field]]) -> None:
        """Adds inputs by their paths."""
        self.fields.update((OWN + path, field) for path, field in inputs)

    def tell(self, path: str, texts: list[str]) -> str:
        """Puts what is wrong beside its input, unless something stands there already; returns its label."""
        names = [name for name in self.fields if name == OWN + path or name.startswith(f"{OWN}{path}.")]
        if not names or names[0] not in self.errors:
            self.add_error(names[0] if names else None, texts)
        return str(self.fields[names[0]].label) if names else ""


class RowForm(QuestionsForm):
    """One of several: a person, a row of a group."""

    inputs: Inputs
    row: tuple[FieldBase, ...]

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.ask(self.inputs.of(self.row))


@dataclass(frozen=True)
class Block:
    """A field of the page for the template: one input, a group or place of several, or a set that repeats."""

    kind: str
    label: str
    hint: str
    bounds: tuple[BoundField, ...]
    formset: Any
    # When it is asked, as JSON for the design system; "{}" for always.
    when: str


class PageForm(QuestionsForm):
    """A page of a form. `answers` are those given so far, of all pages; once valid, `answers` has this page's as well.

    `data` is what `documents.forms.receive` returned for the request, or POST where the form has no files.
    """

    def __init__(
        self,
        procedure: Procedure,
        page: int,
        *,
        answers: Mapping[str, Any],
        person: Person | None = None,
        data: QueryDict | None = None,
        today: date | None = None,
        language: str | None = None,
    ) -> None:
        self.procedure, self.page = procedure, page
        self.today = today or timezone.localdate()
        self.language = language or get_language() or ""
        asked = _asked(procedure.pages[page], answers)
        self._before = {n: a for n, a in answers.items() if n not in {field.id for field in procedure.pages[page]}}
        self.answers = dict(answers)
        self._asked = asked
        super().__init__(data, initial=dict(_flat(asked, answers)))
        inputs = Inputs(person, self.today, self.language)
        self.ask(inputs.of(asked))
        self.formsets = {field.id: _rows(field, inputs, answers, data) for field in asked if repeat_of(field)}

    @property
    def title(self) -> str:
        """The heading of the page; empty where the form was divided by itself."""
        steps = self.procedure.steps
        return steps[self.page].title.text(self.language) if steps else ""

    @property
    def blocks(self) -> Iterator[Block]:
        """The fields of the page, for the template."""
        for field in self._asked:
            when = json.dumps(conditions(field, self._asked))
            hint = field.help.text(self.language) if field.help else ""
            label = field.label.text(self.language)
            if field.id in self.formsets:
                yield Block("rows", label, hint, (), self.formsets[field.id], when)
            elif parts_of(field):
                bounds = tuple(self[name] for name in self.fields if name.startswith(f"{OWN}{field.id}."))
                yield Block("place" if field.type == "place" else "group", label, hint, bounds, None, when)
            else:
                yield Block("field", label, hint, (self[OWN + field.id],), None, when)

    def add_row(self, name: str) -> None:
        """One more row in a field that repeats, for a browser without JavaScript; nothing is checked yet."""
        self._quiet()
        formset = self.formsets.get(name)
        if formset is None or formset.total_form_count() >= formset.max_num:
            return
        data = formset.data.copy()
        data[f"{name}-TOTAL_FORMS"] = formset.total_form_count() + 1
        self.formsets[name] = type(formset)(data, prefix=name)
        self._quiet()

    def _quiet(self) -> None:
        self._errors = ErrorDict()
        for formset in self.formsets.values():
            for row in formset.forms:
                row._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        sent = self.cleaned_data
        given = _nested(self._asked, sent)
        for name, formset in self.formsets.items():
            formset.is_valid()
            parts = formset.form.row
            given[name] = [_nested(parts, getattr(row, "cleaned_data", {})) for row in formset.forms]
        checked = check(self._asked, given, self.today, before=self._before)
        for path, texts in messages(checked.wrong).items():
            self._tell_of(path, texts)
        self.answers = {**self._before, **checked.data}
        return sent

    def _tell_of(self, path: str, texts: list[str]) -> None:
        name, _dot, rest = path.partition(".")
        if name in self.formsets:
            row, _dot, part = rest.partition(".")
            formset = self.formsets[name]
            if row.isdigit() and part:
                asked = formset.forms[int(row)].tell(part, texts)
                self.add_error(None, [f"{formset.label} {int(row) + 1} · {asked}: {text}" for text in texts])
            else:
                formset.non_form_errors().extend(texts)
                self.add_error(None, [f"{formset.label}: {text}" for text in texts])
            return
        self.tell(path, texts)


def _rows(field: FieldBase, inputs: Inputs, answers: Mapping[str, Any], data: QueryDict | None) -> Any:
    repeat = repeat_of(field)
    assert repeat is not None  # noqa: S101 - the caller asked
    parts = parts_of(field)
    row_form = type("Row", (RowForm,), {"inputs": inputs, "row": parts})
    initial = [dict(_flat(parts, row)) for row in answers.get(field.id, [])]
    formset: Any = forms.formset_factory(
        row_form,
        extra=max(0, max(repeat.min, 1) - len(initial)),
        max_num=repeat.max,
        # One row too many is read, so that the rules can say so.
        absolute_max=repeat.max + 1,
    )
    formset.label = field.label.text(inputs.language)
    if data is None:
        return formset(initial=initial, prefix=field.id)
    return formset(data, prefix=field.id)


def _flat(fields: tuple[FieldBase, ...], answers: Mapping[str, Any], prefix: str = OWN) -> Iterator[tuple[str, Any]]:
    """Answers by the names of their inputs, as inputs show them."""
    for field in fields:
        value = answers.get(field.id)
        if value is None or repeat_of(field):
            continue
        if parts_of(field):
            yield from _flat(parts_of(field), value, f"{prefix}{field.id}.")
        else:
            yield prefix + field.id, str(value).lower() if isinstance(value, bool) else value


def _nested(fields: tuple[FieldBase, ...], sent: Mapping[str, Any], prefix: str = OWN) -> dict[str, Any]:
    """The reverse: what the inputs sent, as answers to be checked."""
    answers: dict[str, Any] = {}
    for field in fields:
        if repeat_of(field):
            continue
        if parts_of(field):
            answers[field.id] = _nested(parts_of(field), sent, f"{prefix}{field.id}.")
        elif prefix + field.id in sent:
            value = sent[prefix + field.id]
            answers[field.id] = [str(file.token) for file in value] if field.type == "file" else value
    return answers
