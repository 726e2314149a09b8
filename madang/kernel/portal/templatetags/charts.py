"""Charts as drawings with the table behind each. Part of `{% load madang %}`.

Marks stand in percent of the drawing, text keeps its size on any screen, nothing is told by colour alone.
`unit` follows each number as it is ("%", " cases").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template import Library
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from madang.kernel.portal import rules
from madang.kernel.portal.templatetags.marks import COMPONENTS, html_attributes, new_id

library = Library()
MAX_SERIES = 5
# A field of a map's legend, where the map is 480 wide: its hatching is the map's.
_SWATCH = {"width": 28, "height": 18, "edge": 1, "inner_width": 26, "inner_height": 16, "round": 2}


@library.filter
def number(value: float | None) -> str:
    """1234.5 as 1,234.5 in the manner of the language; whole numbers without decimals, others with at most two."""
    if value is None:
        return "–"
    rounded = round(value, 2)
    return number_format(int(rounded) if rounded == int(rounded) else rounded, use_l10n=True, force_grouping=True)


@library.filter
def plain(value: float) -> str:
    """A number for programs, the same in any language."""
    return str(value)


@library.filter
def drawing_unit(view_box: str) -> str:
    """By how much a hatching or a pin of a drawing has to grow; see rules."""
    return str(rules.drawing_unit(view_box))


@library.filter
def percent(value: float) -> str:
    """A place in a drawing, as SVG wants it in any language: 12.5 is `12.5%`."""
    return f"{value:g}%"


@library.inclusion_tag(f"{COMPONENTS}chart_bars.html")
def chart_bars(data: Sequence[Any], title: str, unit: str = "", note: str = "", label_head: str = "") -> dict[str, Any]:
    """Amounts side by side: data is [(label, value)] or [{label, value, url}]; lengths start at zero."""
    rows = [_row(item) for item in data]
    axis = rules.scale(row["value"] for row in rows)
    for row in rows:
        row["width"] = axis.percent(row["value"]) if row["value"] is not None else 0
    head = label_head or _("Item")
    return _figure(title, note, unit, [head, _("Value")], [[row["label"], row["value"]] for row in rows]) | {
        "rows": rows
    }


@library.inclusion_tag(f"{COMPONENTS}chart_line.html")
def chart_line(
    labels: Sequence[str],
    series: Sequence[Mapping[str, Any]],
    title: str,
    unit: str = "",
    note: str = "",
    from_zero: bool = True,
) -> dict[str, Any]:
    """A course over time: series is [{label, values}], one value (or none) for each label; at most five series."""
    _at_most(series)
    axis = rules.scale((value for one in series for value in one["values"]), from_zero=from_zero)
    lines = [
        {
            "label": one["label"],
            "runs": rules.line(one["values"], axis),
            "number": number_,
            "last": _last(one["values"]),
        }
        for number_, one in enumerate(series, 1)
    ]
    head = [_("Period"), *(str(one["label"]) for one in series)]
    table = [[label, *(one["values"][index] for one in series)] for index, label in enumerate(labels)]
    return _figure(title, note, unit, head, table) | {
        "lines": lines,
        "ticks": [(tick, round(100 - axis.percent(tick), 2)) for tick in axis.ticks],
        "columns": _labels_below(labels),
    }


@library.inclusion_tag(f"{COMPONENTS}chart_stacked.html")
def chart_stacked(
    labels: Sequence[str],
    series: Sequence[Mapping[str, Any]],
    title: str,
    unit: str = "",
    note: str = "",
    share: bool = False,
) -> dict[str, Any]:
    """What wholes are made of: a bar for each label, a part in it for each series {label, values}.

    `share` makes all bars equally long.
    """
    _at_most(series)
    wholes = [sum(one["values"][index] for one in series) for index in range(len(labels))]
    longest = rules.scale(wholes).high
    bars = []
    for index, label in enumerate(labels):
        values = [one["values"][index] for one in series]
        places = rules.stack(values, wholes[index] if share else longest)
        parts = [
            {"start": start, "width": width, "value": value, "number": number_, "label": one["label"]}
            for number_, (one, value, (start, width)) in enumerate(zip(series, values, places, strict=True), 1)
        ]
        bars.append({"label": label, "whole": wholes[index], "parts": parts})
    head = [_("Item"), *(str(one["label"]) for one in series), _("Total")]
    table = [[bar["label"], *(part["value"] for part in bar["parts"]), bar["whole"]] for bar in bars]
    return _figure(title, note, unit, head, table) | {"bars": bars, "series": [one["label"] for one in series]}


@library.simple_tag
def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """The course of a figure in the space of a word; `label` says it in words."""
    axis = rules.scale(values, from_zero=False)
    path = " ".join("M" + " L".join(f"{point.x:g} {point.y:g}" for point in run) for run in rules.line(values, axis))
    return format_html(
        '<svg class="m-sparkline" viewBox="0 -6 100 112" preserveAspectRatio="none" width="96" height="24" '
        'role="img"{}><path d="{}" vector-effect="non-scaling-stroke"></path></svg>',
        html_attributes({"aria-label": label}),
        path,
    )


@library.inclusion_tag(f"{COMPONENTS}division_map.html")
def division_map(
    values: Sequence[Mapping[str, Any]], shape: Mapping[str, Any], title: str, unit: str = "", note: str = ""
) -> dict[str, Any]:
    """A figure of each division on the map.

    values: [{code, value, url}]; shape: {viewBox, divisions: [{code, name, path}]} as in the country pack's boundaries.
    Five classes of about equally many divisions, each with its colour and its hatching; without a value: white.
    """
    by_code = {str(one["code"]): one for one in values if one["value"] is not None}
    bounds = rules.breaks(one["value"] for one in by_code.values())
    divisions = []
    for division in shape["divisions"]:
        one = by_code.get(str(division["code"]), {})
        value = one.get("value")
        level = rules.class_of(value, bounds) + (5 - len(bounds)) if value is not None else 0
        divisions.append(
            {
                **division,
                "value": value,
                "url": one.get("url", ""),
                "level": level,
            }
        )
    lows = [min((one["value"] for one in by_code.values()), default=0), *bounds]
    legend = [
        {"level": number_ + 5 - len(bounds), "low": lows[number_ - 1], "high": bound, "after": number_ > 1}
        for number_, bound in enumerate(bounds, 1)
    ]
    grain = rules.drawing_unit(shape["viewBox"])
    ranked = sorted((one for one in divisions if one["value"] is not None), key=lambda one: one["value"], reverse=True)
    return _figure(title, note, unit, [_("Division"), _("Value")], [[one["name"], one["value"]] for one in ranked]) | {
        "divisions": divisions,
        "view_box": shape["viewBox"],
        "swatch": {name: size * grain for name, size in _SWATCH.items()},
        "legend": legend[::-1],
        "missing": any(one["value"] is None for one in divisions),
    }


def _figure(title: str, note: str, unit: str, head: Sequence[str], table: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {"title": title, "note": note, "unit": unit, "head": head, "table": table, "id": new_id("chart")}


def _row(item: Any) -> dict[str, Any]:
    return dict(item) if isinstance(item, Mapping) else {"label": item[0], "value": item[1]}


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _labels_below(labels: Sequence[str]) -> list[dict[str, Any]]:
    last = len(labels) - 1
    return [
        {
            "label": labels[index],
            "x": 50.0 if last == 0 else round(index / last * 100, 2),
            "between": 0 < index < last,
            "anchor": "middle" if last == 0 or 0 < index < last else "start" if index == 0 else "end",
        }
        for index in rules.shown_labels(len(labels))
    ]


def _at_most(series: Sequence[Any]) -> None:
    if len(series) > MAX_SERIES:
        raise ValueError(f"A chart tells at most {MAX_SERIES} series apart; put the others together or use a table.")
