"""Small marks that stand many times on a page: icons, buttons, badges, states. Part of `{% load madang %}`.

Where a tag takes `**attributes`, further HTML attributes may follow, with _ for -: `hx_get="/x"`, `aria_label="..."`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.forms.utils import flatatt
from django.template import Library
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madang.kernel.common.i18n import text as in_language
from madang.kernel.common.privacy import mask
from madang.kernel.portal import rules

library = Library()
COMPONENTS = "portal/components/"

_TONE_ICONS = {
    "gray": "gray",
    "primary": "primary",
    "information": "information",
    "success": "success",
    "warning": "pause",
    "danger": "danger",
}


def new_id(prefix: str) -> str:
    """An id for one element of one page; also different in a fragment that joins the page later."""
    return f"{prefix}-{uuid4().hex[:8]}"


def html_attributes(attributes: Mapping[str, Any]) -> SafeString:
    """`hx_get="/x"` as ` hx-get="/x"`, escaped; true ones stand alone, false and none are left out."""
    return flatatt({name.replace("_", "-"): value for name, value in attributes.items() if value not in (None, "")})


def component(template: str, /, **context: Any) -> SafeString:
    """The template of a component, filled."""
    return mark_safe(render_to_string(f"{COMPONENTS}{template}.html", context))  # noqa: S308


@library.filter
def localized(value: Any) -> str:
    """`{ko, en}` in the language of the page; a plain string as it is."""
    return in_language(value or "")


@library.filter
def moment(value: datetime | None) -> str:
    """A date and time in full, in the manner of the language and the country's time."""
    # Translators: format of a date with weekday and time, in Django's date format letters.
    return date_format(timezone.localtime(value), _("D j F Y, H:i")) if value else ""


@library.filter
def day(value: Any) -> str:
    """A date in full, in the manner of the language."""
    # Translators: format of a date, in Django's date format letters.
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return date_format(local, _("j F Y")) if local else ""


@library.simple_tag
def first_url(*names: str) -> str:
    """The address of the first named view that exists, else empty: for links to pages another app may bring."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@library.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of portal/icons.svg: decoration, unless `label` says what it means."""
    meaning = html_attributes({"role": "img", "aria-label": label} if label else {"aria-hidden": "true"})
    return format_html(
        '<svg class="m-icon"{} width="24" height="24"><use href="{}#{}"></use></svg>',
        meaning,
        static("portal/icons.svg"),
        name,
    )


@library.simple_tag
def button(
    label: str,
    kind: str = "primary",
    size: str = "large",
    icon: str = "",
    confirm: str = "",
    type: str = "submit",
    **attributes: Any,
) -> SafeString:
    """A button of a form. kind: primary, secondary, tertiary, text, danger. `confirm` asks before it acts."""
    return format_html(
        '<button type="{}" class="krds-btn {} {}"{}{}>{}{}</button>',
        type,
        size,
        kind,
        html_attributes({"data-confirm": confirm}),
        html_attributes(attributes),
        _lead(icon),
        label,
    )


@library.simple_tag
def link_button(
    label: str, url: str, kind: str = "primary", size: str = "large", icon: str = "", **attributes: Any
) -> SafeString:
    """A link that looks like a button: it goes somewhere, it changes nothing."""
    return format_html(
        '<a href="{}" class="krds-btn {} {}"{}>{}{}</a>',
        url,
        size,
        kind,
        html_attributes(attributes),
        _lead(icon),
        label,
    )


@library.simple_tag
def badge(label: str, tone: str = "gray") -> SafeString:
    """A short label. tone: gray, primary, information, success, warning, danger."""
    return format_html('<span class="krds-badge bg-light-{}">{}</span>', tone, label)


@library.simple_tag
def status(label: str, tone: str = "primary") -> SafeString:
    """A state in words, with the sign and colour of its tone."""
    return format_html(
        '<span class="krds-badge m-status bg-light-{}">{}{}</span>', tone, icon(_TONE_ICONS.get(tone, tone)), label
    )


@library.simple_tag
def stage(stage_id: str, label: str) -> SafeString:
    """The stage of a case: its label, in the tone that belongs to its id."""
    return status(label, rules.stage_tone(stage_id))


@library.simple_tag
def due(due_at: datetime | None, closed_at: datetime | None = None, paused: bool = False) -> SafeString:
    """How long there is until `due_at`: days left, today, overdue; or that the clock stands, or how it ended."""
    if paused and closed_at is None:
        return status(_("Clock stopped"), "warning")
    if due_at is None:
        return status(_("No deadline"), "gray")
    if closed_at is not None:
        return status(_("On time"), "success") if closed_at <= due_at else status(_("Late"), "danger")
    days = rules.days_left(due_at, timezone.now(), timezone.get_current_timezone())
    if due_at < timezone.now():
        late = (
            ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days} if days else _("Overdue")
        )
        return _badge_with_icon(late, "danger", "warning")
    if days == 0:
        return _badge_with_icon(_("Due today"), "danger", "clock")
    left = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return _badge_with_icon(left, "warning" if days <= 2 else "gray", "clock")


@library.simple_tag
def rating(value: float | None, count: int | None = None, most: int = 5) -> SafeString:
    """A satisfaction in stars and in words, with the number of ratings if given."""
    if value is None:
        return format_html('<span class="m-rating">{}</span>', _("Not rated yet"))
    star = '<svg class="m-icon m-star{}" width="24" height="24" aria-hidden="true"><use href="{}#star"></use></svg>'
    lit = [" on" if number <= round(value) else "" for number in range(1, most + 1)]
    stars = format_html_join("", star, ((on, static("portal/icons.svg")) for on in lit))
    words = _("%(value)s out of %(most)s") % {"value": f"{value:g}", "most": most}
    note = mark_safe("")
    if count is not None:
        ratings = ngettext("%(count)s rating", "%(count)s ratings", count) % {
            "count": number_format(count, force_grouping=True)
        }
        note = format_html(' <span class="m-quiet">({})</span>', ratings)
    return format_html('<span class="m-rating"><span class="m-rating-stars">{}</span> {}{}</span>', stars, words, note)


@library.simple_tag
def skeleton(lines: int = 3) -> SafeString:
    """Stands for content on its way."""
    bars = mark_safe('<span class="m-skeleton-line"></span>' * lines)  # noqa: S308
    return format_html(
        '<div class="m-skeleton" role="status"><span class="sr-only">{}</span>{}</div>', _("Loading"), bars
    )


def _lead(name: str) -> SafeString:
    return icon(name) if name else mark_safe("")


def _badge_with_icon(label: str, tone: str, icon_name: str) -> SafeString:
    return format_html('<span class="krds-badge m-status bg-light-{}">{}{}</span>', tone, icon(icon_name), label)


@library.filter
def masked(value: str) -> str:
    """A text for everyone: telephone numbers, addresses and numbers of persons starred out."""
    return mask(value)
