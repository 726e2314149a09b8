"""Form fields as KRDS shows them. Part of `{% load madang %}`; any Django form will do.

A field's widget decides how it is shown. What Django's widgets cannot say stands on the widget or field:
`widget.attrs["data-kind"]` "rating" (RadioSelect as stars) or "map" (MultiWidget of latitude and longitude),
`widget.labels` (the parts of a MultiWidget), `field.show_when` {name of an earlier field: [answers]}: asked only then.
"""

import json
from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template import Context, Library
from django.utils.safestring import SafeString, mark_safe

from madang.kernel.portal.templatetags.marks import component

library = Library()

# The first match wins: a CheckboxSelectMultiple is a RadioSelect too.
_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (forms.MultiWidget, "group"),
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.DateTimeInput, "datetime"),
    (forms.DateInput, "date"),
    (forms.TimeInput, "time"),
)
_NATIVE = {"date": ("date", "%Y-%m-%d"), "datetime": ("datetime-local", "%Y-%m-%dT%H:%M"), "time": ("time", "%H:%M")}
_CLASSES = {"select": "krds-form-select", "file": "m-file-input"}


def kind_of(bound: BoundField) -> str:
    """How a field is shown: hidden, group, map, choices, rating, checkbox, select, textarea, file, date ... or text."""
    widget = bound.field.widget
    kind = next((kind for widget_type, kind in _KINDS if isinstance(widget, widget_type)), "text")
    return str(widget.attrs.get("data-kind", kind)) if kind in ("choices", "group") else kind


@library.simple_tag(takes_context=True)
def field(
    context: Context, bound: BoundField, hint: str = "", shape: Any = None, label_hidden: bool = False
) -> SafeString:
    """A field with its label, mark, hint, input and errors. `shape` is the map of a map field (see division_map)."""
    if kind_of(bound) == "hidden":
        return bound.as_widget()
    shown = _Shown(bound, str(hint or bound.help_text))
    return component("field", shown=shown, label_hidden=label_hidden, shape=shape or context.get("map_shape"))


@library.simple_tag(takes_context=True)
def form_fields(context: Context, form: forms.BaseForm) -> SafeString:
    """All fields of a form in their order, the hidden ones too; error_summary has the errors of the whole."""
    return mark_safe("".join(field(context, bound) for bound in form))  # noqa: S308


@library.inclusion_tag("portal/components/error_summary.html")
def error_summary(*forms_: forms.BaseForm) -> dict[str, Any]:
    """What has to be put right before a form can be sent, each with a link to its field. Empty when nothing has."""
    problems: list[tuple[str, str]] = []
    for form in forms_:
        problems += [("", str(message)) for message in form.non_field_errors()]
        problems += [(_first_id(bound), str(message)) for bound in form for message in bound.errors]
    return {"problems": problems}


@library.inclusion_tag("portal/components/map_point.html", takes_context=True)
def map_point(
    context: Context, latitude: BoundField, longitude: BoundField, legend: str = "", hint: str = "", shape: Any = None
) -> dict[str, Any]:
    """A place: two inputs, and with JavaScript a map to press on. `shape` needs bounds [west, south, east, north]."""
    both = (latitude, longitude)
    return {
        "parts": [_control(bound, f"{bound.auto_id}_error" if bound.errors else "") for bound in both],
        "legend": legend,
        "hint": hint,
        "shape": shape or context.get("map_shape"),
        "errors": [(f"{bound.auto_id}_error", error) for bound in both for error in bound.errors[:1]],
        "required": latitude.field.required,
        "id": latitude.id_for_label,
    }


@library.inclusion_tag("portal/components/field_group.html")
def field_group(legend: str, *bounds: BoundField, hint: str = "") -> dict[str, Any]:
    """Fields that make one thing together (an address, a person), under one legend."""
    return {"legend": legend, "bounds": bounds, "hint": hint}


@library.inclusion_tag("portal/components/repeated.html")
def repeated(formset: forms.BaseFormSet, legend: str, item: str, add_label: str = "") -> dict[str, Any]:
    """A group that can stand several times. `item` names one of them ("Person").

    Without JavaScript the button (name `add`, value the prefix of the formset) asks the server for one more.
    """
    return {
        "formset": formset,
        "legend": legend,
        "item": item,
        "add_label": add_label,
        "can_add": formset.total_form_count() < formset.max_num,
    }


class _Shown:
    """What the template of a field asks for."""

    def __init__(self, bound: BoundField, hint: str) -> None:
        self.bound, self.kind, self.hint = bound, kind_of(bound), hint
        self.id = bound.auto_id or bound.html_name
        self.label, self.errors, self.required = bound.label, bound.errors, bound.field.required
        self.label_for = bound.id_for_label
        self.most = getattr(bound.field, "max_length", None) if self.kind == "textarea" else None
        self.is_group = self.kind in ("choices", "rating", "group", "map")
        present = {"hint": hint, "error": bound.errors, "count": self.most}
        self.described_by = " ".join(f"{self.id}_{part}" for part, there in present.items() if there)

    @property
    def when(self) -> str:
        """The condition for JavaScript: {"name of the input": ["answer", ...]}."""
        wanted = getattr(self.bound.field, "show_when", {})
        return json.dumps(
            {self.bound.form.add_prefix(name): [str(answer) for answer in answers] for name, answers in wanted.items()}
        )

    @property
    def control(self) -> SafeString:
        return _control(self.bound, self.described_by)["input"]

    @property
    def options(self) -> list[dict[str, Any]]:
        return [
            {"input": option.tag(), "id": option.id_for_label, "label": option.choice_label} for option in self.bound
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The inputs of a MultiWidget, each with its label."""
        widget = self.bound.field.widget
        attrs = self.bound.build_widget_attrs({"id": self.id}, widget)
        drawn = widget.get_context(self.bound.html_name, self.bound.value(), attrs)["widget"]["subwidgets"]
        labels: Sequence[str] = getattr(widget, "labels", [part.attrs.get("aria-label", "") for part in widget.widgets])
        for part, kind in zip(drawn, widget.widgets, strict=True):
            part["attrs"]["class"] = "krds-form-select" if isinstance(kind, forms.Select) else "krds-input"
            part["attrs"].pop("data-kind", None)
        draw = self.bound.form.renderer.render
        return [
            {
                "id": part["attrs"]["id"],
                "label": label,
                "input": mark_safe(draw(part["template_name"], {"widget": part})),  # noqa: S308
            }
            for part, label in zip(drawn, labels, strict=True)
        ]


def _control(bound: BoundField, described_by: str = "") -> dict[str, Any]:
    kind = kind_of(bound)
    widget = copy(bound.field.widget)
    widget.attrs = dict(widget.attrs)
    # A browser cuts a long text silently: we let it stand, count, and say so.
    if kind == "textarea":
        widget.attrs.pop("maxlength", None)
    attrs: dict[str, Any] = {"aria-describedby": described_by or False}
    if kind != "checkbox":
        attrs["class"] = f"{_CLASSES.get(kind, 'krds-input')} {widget.attrs.get('class', '')}".strip()
    if kind in _NATIVE:
        widget.input_type, widget.format = _NATIVE[kind]
    if kind == "file":
        widget.template_name = forms.FileInput.template_name
    return {"input": bound.as_widget(widget=widget, attrs=attrs), "id": bound.id_for_label, "label": bound.label}


def _first_id(bound: BoundField) -> str:
    """Where the link of an error goes: the input, or the first of several."""
    if kind_of(bound) in ("choices", "rating"):
        return next((option.id_for_label for option in bound), bound.auto_id)
    if kind_of(bound) in ("group", "map"):
        return f"{bound.auto_id}_0"
    return bound.id_for_label
