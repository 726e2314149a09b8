"""Messages, lists, tables, ways and cases. Part of `{% load madang %}`; each has a template in portal/components/."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from madang.kernel.portal import rules
from madang.kernel.portal.templatetags.marks import COMPONENTS, component, first_url, html_attributes, new_id

library = Library()


@library.simple_block_tag
def alert(content: str, tone: str = "information", title: str = "") -> SafeString:
    """A message that stands in the page. tone: information, success, warning, danger."""
    return component("alert", content=content, tone=tone, title=title)


@library.simple_block_tag
def card(
    content: str,
    title: str = "",
    url: str = "",
    icon: str = "",
    level: int = 3,
    link_label: str = "",
    tone: str = "plain",
) -> SafeString:
    """A box with a heading; with `url` the whole box is the link. tone: plain, soft."""
    return component(
        "card", content=content, title=title, url=url, icon=icon, heading=f"h{level}", link_label=link_label, tone=tone
    )


@library.simple_block_tag
def accordion(content: str, title: str, open: bool = False, note: str = "") -> SafeString:
    """A part that opens and closes, without JavaScript."""
    return component("accordion", content=content, title=title, open=open, note=note)


@library.simple_block_tag(takes_context=True)
def confirm_form(
    context: Any,
    content: str,
    title: str,
    submit: str,
    action: str = "",
    text: str = "",
    cancel_url: str = "",
    danger: bool = False,
) -> SafeString:
    """A page's last question before something happens; the block holds further fields."""
    return component(
        "confirm_form",
        content=content,
        title=title,
        submit=submit,
        action=action,
        text=text,
        cancel_url=cancel_url,
        kind="danger" if danger else "primary",
        csrf_token=context.get("csrf_token"),
    )


@library.simple_block_tag
def filter_bar(
    content: str, action: str = "", reset_url: str = "", label: str = "", chips: Sequence[Mapping[str, str]] = ()
) -> SafeString:
    """A form (GET) of fields that narrow a list; `chips` name what is set: {label, url without it}."""
    return component("filter_bar", content=content, action=action, reset_url=reset_url, label=label, chips=chips)


@library.inclusion_tag(f"{COMPONENTS}item_list.html")
def item_list(items: Sequence[Mapping[str, Any]], level: int = 3, columns: int = 1) -> dict[str, Any]:
    """A list of things: {title, url, text, top, badges: [(label, tone)], meta: [(term, value)], action: {label, url}}.

    `top` is markup beside the badges (a status, a deadline). More than one column makes cards.
    """
    return {"items": items, "heading": f"h{level}", "columns": columns}


@library.inclusion_tag(f"{COMPONENTS}definitions.html")
def definitions(rows: Sequence[tuple[str, Any]], layout: str = "rows") -> dict[str, Any]:
    """Terms and their values: [(term, value)]. layout: rows (lined), grid (side by side)."""
    return {"rows": rows, "layout": layout}


@library.inclusion_tag(f"{COMPONENTS}data_table.html")
def data_table(
    caption: str,
    columns: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    caption_hidden: bool = False,
    dense: bool = False,
) -> dict[str, Any]:
    """A table that becomes cards on a narrow screen. The first cell of a row is its heading.

    A column is a label or {label, align: "end"}; a cell is text, or {text, url, tone, note}.
    """
    return {
        "caption": caption,
        "columns": _columns(columns),
        "rows": [_cells(row, _columns(columns)) for row in rows],
        "caption_hidden": caption_hidden,
        "dense": dense,
    }


@library.simple_block_tag(takes_context=True)
def bulk_table(
    context: Any,
    content: str,
    caption: str,
    columns: Sequence[Any],
    rows: Sequence[Mapping[str, Any]],
    action: str = "",
    name: str = "case",
) -> SafeString:
    """A queue: each row can be ticked, and the block holds what is done with the ticked ones.

    A row is {value, label, cells, url}; `url` opens it. Keys in the queue: j, k move, x ticks, Enter opens.
    """
    shown = [{**row, "cells": _cells(row["cells"], _columns(columns))} for row in rows]
    return component(
        "bulk_table",
        content=content,
        caption=caption,
        columns=_columns(columns),
        rows=shown,
        action=action,
        name=name,
        id=new_id("queue"),
        csrf_token=context.get("csrf_token"),
    )


@library.inclusion_tag(f"{COMPONENTS}pagination.html")
def pagination(previous_url: str = "", next_url: str = "", summary: str = "") -> dict[str, Any]:
    """Earlier and later pages by cursor; `summary` may say how many there are ("1-20 of 3,052")."""
    return {"previous_url": previous_url, "next_url": next_url, "summary": summary}


@library.inclusion_tag(f"{COMPONENTS}tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Views of one subject, each with an address: [{label, url, current, count}]."""
    return {"items": items, "label": label}


@library.inclusion_tag(f"{COMPONENTS}steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, Any]:
    """Where one is on a way of several pages; `current` counts from 1."""
    states = [
        "done" if number < current else "active" if number == current else "" for number in range(1, len(labels) + 1)
    ]
    return {
        "steps": list(zip(labels, states, strict=True)),
        "current": current,
        "current_label": labels[current - 1],
        "next_label": labels[current] if current < len(labels) else "",
    }


@library.inclusion_tag(f"{COMPONENTS}timeline.html")
def timeline(entries: Sequence[Mapping[str, Any]], level: int = 3) -> dict[str, Any]:
    """What happened, in order: [{at, title, by, text, tone, internal, files}]."""
    return {"entries": entries, "heading": f"h{level}"}


@library.inclusion_tag(f"{COMPONENTS}deadline.html")
def deadline(
    received_at: datetime,
    due_at: datetime | None,
    closed_at: datetime | None = None,
    period: str = "",
    lines: Sequence[str] = (),
    paused: bool = False,
) -> dict[str, Any]:
    """When the answer is due and why: `period` in words, `lines` the explanation of the clock, line by line."""
    return {
        "received_at": received_at,
        "due_at": due_at,
        "closed_at": closed_at,
        "paused": paused,
        "period": period,
        "lines": lines,
        "percent": rules.elapsed_percent(received_at, due_at, closed_at or timezone.now()) if due_at else 0,
    }


@library.inclusion_tag(f"{COMPONENTS}breadcrumb.html")
def breadcrumb(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The way from home to here: [(label, url)]; the last is this page."""
    return {"trail": trail, "home_url": first_url("portal:home")}


@library.inclusion_tag(f"{COMPONENTS}empty_state.html")
def empty_state(
    title: str, text: str = "", action_label: str = "", action_url: str = "", icon: str = "list", level: int = 2
) -> dict[str, Any]:
    """Says that there is nothing yet, and what to do next."""
    return {
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_url": action_url,
        "icon": icon,
        "heading": f"h{level}",
    }


@library.inclusion_tag(f"{COMPONENTS}file_list.html")
def file_list(files: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Attached files: [{name, url, size (bytes), kind}]."""
    return {"files": files, "label": label}


@library.inclusion_tag(f"{COMPONENTS}contact.html")
def contact(
    institution: str,
    department: str = "",
    officer: str = "",
    phone: str = "",
    email: str = "",
    hours: str = "",
    level: int = 3,
) -> dict[str, Any]:
    """Who handles it and how to reach them."""
    return {
        "institution": institution,
        "department": department,
        "officer": officer,
        "phone": phone,
        "email": email,
        "hours": hours,
        "heading": f"h{level}",
    }


@library.inclusion_tag(f"{COMPONENTS}stat_tiles.html")
def stat_tiles(tiles: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures at a glance: [{label, value, unit, note, url, tone}]."""
    return {"tiles": tiles}


@library.inclusion_tag(f"{COMPONENTS}search_box.html")
def search_box(
    action: str,
    value: str = "",
    name: str = "q",
    label: str = "",
    placeholder: str = "",
    size: str = "medium",
    region: str = "",
    **attributes: Any,
) -> dict[str, Any]:
    """A search form (GET). size: medium, large (a page's main thing). Attributes go to the input.

    `label` names the input, `region` the form: a screen reader that lists both reads no name twice.
    """
    return {
        "action": action,
        "value": value,
        "name": name,
        "label": label or _("Search"),
        "region": region or _("Main search"),
        "placeholder": placeholder,
        "size": size,
        "attributes": html_attributes(attributes),
        "id": new_id("search"),
    }


def _columns(columns: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(column) if isinstance(column, Mapping) else {"label": column} for column in columns]


def _cells(row: Sequence[Any], columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    shown = [dict(cell) if isinstance(cell, Mapping) else {"text": cell} for cell in row]
    return [cell | {"column": column} for cell, column in zip(shown, columns, strict=True)]
