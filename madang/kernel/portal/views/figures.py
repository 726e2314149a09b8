"""How government is answering: the figures for people, as a page, and for programs, as JSON and CSV. Open to all."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from madang.kernel.analytics.contracts import FEWEST_RATINGS, Counts, Figures, Row
from madang.kernel.analytics.forms import FiguresForm
from madang.kernel.analytics.queries.figures import country_figures, figures, live_figures
from madang.kernel.analytics.queries.names import label
from madang.kernel.analytics.queries.places import map_of, province_of
from madang.kernel.analytics.schemas import figures_out, lines_out
from madang.kernel.common.errors import DomainError, Invalid, problem
from madang.kernel.institutions.models import Institution

from ..templatetags.charts import number

LONGEST_BARS, LONGEST_TABLE = 10, 20
_NAMES = ("institution", "topic", "procedure", "division", "from", "until", "show")


@dataclass(frozen=True)
class Measure:
    """One thing that the charts can show."""

    title: Any
    unit: Any
    value: Callable[[Counts], float | None]


MEASURES: dict[str, Measure] = {
    "received": Measure(gettext_lazy("Received"), gettext_lazy(" cases"), lambda counts: counts.received),
    "on-time": Measure(gettext_lazy("Answered on time"), "%", lambda counts: counts.on_time_share),
    "days": Measure(gettext_lazy("Mean time to the answer"), gettext_lazy(" days"), lambda counts: counts.mean_days),
    "satisfied": Measure(gettext_lazy("Satisfied"), "%", lambda counts: counts.satisfied_share),
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Tiles, a map, a trend, bars and tables of what was asked for; without JavaScript too."""
    form = FiguresForm(request.GET)
    asked = {name: value for name in _NAMES if (value := request.GET.get(name))}
    context = {
        "form": form,
        "asked": asked,
        "breadcrumbs": [(_("Figures"), "")],
        "chips": _chips(form, asked),
        "reset_url": reverse("portal:figures"),
    }
    try:
        found = figures(form.filters())
    except Invalid:
        return render(request, "portal/figures.html", context, status=422)
    show = asked.get("show", "") if asked.get("show") in MEASURES else "received"
    return render(request, "portal/figures.html", context | _shown(found, asked, show))


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """The same figures for programs. Fields: see the description of the API, `/api/v1/analytics/figures`."""
    return _open(request, lambda found: JsonResponse(figures_out(found), json_dumps_params={"ensure_ascii": False}))


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as one table: a line in all, then one for each period, institution, topic and place."""

    def write(found: Figures) -> HttpResponse:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
        csv.writer(response).writerows([_cell(one) for one in line] for line in lines_out(found))
        return response

    return _open(request, write)


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula is a text there too."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def home_figures() -> dict[str, Any]:
    """The last twelve months for the first page: tiles, the trend, and the map of answers on time."""
    found = country_figures()
    measure = MEASURES["on-time"]
    return {
        "tiles": _tiles(found.totals),
        "trend": _trend(found, MEASURES["received"]),
        "map": _map(found, {"show": "on-time"}, measure),
        "figures_url": reverse("portal:figures"),
    }


def institution_tiles(institution: Institution) -> list[dict[str, Any]]:
    """An institution at a glance, for its page."""
    live = live_figures(institution)
    here = f"{reverse('portal:figures')}?{urlencode({'institution': institution.code})}"
    now = [
        {"label": _("Open now"), "value": number(live.open), "unit": _(" cases"), "url": here},
        {"label": _("Received"), "value": number(live.received), "unit": _(" cases"), "note": _("in the last 30 days")},
    ]
    return [*now, *_quality(live.year, _("in the last 12 months"))]


def _open(request: HttpRequest, answer: Callable[[Figures], HttpResponse]) -> HttpResponse:
    """Open data: any page anywhere may read it; what is wrong with a request is said to the program that sent it."""
    try:
        response = answer(figures(FiguresForm(request.GET).filters()))
        response.headers["Cache-Control"] = "public, max-age=60"
    except DomainError as error:
        response = JsonResponse(problem(error, instance=request.path), status=error.status)
        response.headers["Content-Type"] = "application/problem+json"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _shown(found: Figures, asked: dict[str, str], show: str) -> dict[str, Any]:
    measure = MEASURES[show]
    since, until = found.filters.since, found.filters.until
    period = _("%(since)s to %(until)s") % {"since": _day(since), "until": _day(until)}
    rows = [row for row in found.institutions if row.code][:LONGEST_TABLE]
    query = urlencode({name: value for name, value in asked.items() if name != "show"})
    return {
        "period": period,
        "tiles": _tiles(found.totals),
        "tabs": [
            {"label": one.title, "url": _address(asked, show=name), "current": name == show}
            for name, one in MEASURES.items()
        ],
        "show": show,
        "measure": measure,
        "trend": _trend(found, measure),
        "map": _map(found, asked, measure),
        "by_institution": _bars(found.institutions[:LONGEST_BARS], asked, "institution", measure),
        "by_topic": _bars(found.topics, asked, "topic", measure),
        "columns": _columns(_("Institution")),
        "rows": [_line(row, reverse("portal:institution", args=[row.code])) for row in rows],
        "more": len(found.institutions) - len(rows),
        "topic_columns": _columns(_("Topic")),
        "topic_rows": [_line(row, _address(asked, topic=row.code) if row.code else "") for row in found.topics],
        "fewest": FEWEST_RATINGS,
        "json_url": f"{reverse('portal:figures-json')}?{query}".rstrip("?"),
        "csv_url": f"{reverse('portal:figures-csv')}?{query}".rstrip("?"),
    }


def _tiles(totals: Counts) -> list[dict[str, Any]]:
    came = {"label": _("Received"), "value": number(totals.received), "unit": _(" cases")}
    answered = {"label": _("Answered"), "value": number(totals.closed), "unit": _(" cases")}
    return [came, answered, *_quality(totals, "")]


def _quality(counts: Counts, note: str) -> list[dict[str, Any]]:
    """How well it was answered: on time, how fast, to whose satisfaction."""
    if counts.mean_score is None:
        rated = _("under %(fewest)s ratings") % {"fewest": FEWEST_RATINGS}
    else:
        rated = ngettext("%(count)s rating", "%(count)s ratings", counts.rated) % {"count": number(counts.rated)}
    return [
        {"label": _("Answered on time"), "value": number(counts.on_time_share), "unit": "%", "note": note},
        {"label": _("Mean time to the answer"), "value": number(counts.mean_days), "unit": _(" days"), "note": note},
        {"label": _("Satisfaction"), "value": number(counts.mean_score), "unit": _(" of 5"), "note": rated},
    ]


def _trend(found: Figures, measure: Measure) -> dict[str, Any]:
    titles = {"day": _("by day"), "week": _("by week"), "month": _("by month")}
    days = [date.fromisoformat(row.code) for row in found.trend]
    # Translators: formats of a month and of a day on the axis of a chart, in Django's date format letters.
    form = _("M Y") if found.step == "month" else _("j M")
    return {
        "labels": [date_format(day, form) for day in days],
        "series": [{"label": str(measure.title), "values": [measure.value(row.counts) for row in found.trend]}],
        "title": f"{measure.title}: {titles[found.step]}",
        "unit": str(measure.unit),
        "note": _("the last one is not over yet") if found.filters.until >= timezone.localdate() else "",
    }


def _map(found: Figures, asked: dict[str, str], measure: Measure) -> dict[str, Any] | None:
    """The country by provinces, or the province that was asked for by districts; none where the country has no map."""
    shape = map_of(province_of(found.filters.division), get_language() or "")
    if not shape["divisions"]:
        return None
    values = [
        {"code": row.code, "value": measure.value(row.counts), "url": _address(asked, division=row.code)}
        for row in found.divisions
    ]
    return {"values": values, "shape": shape, "title": f"{measure.title}: {_('by place')}", "unit": str(measure.unit)}


def _bars(rows: Iterable[Row], asked: dict[str, str], by: str, measure: Measure) -> list[dict[str, Any]]:
    return [
        {"label": _name(row), "value": measure.value(row.counts), "url": _address(asked, **{by: row.code})}
        if row.code
        else {"label": _name(row), "value": measure.value(row.counts)}
        for row in rows
    ]


def _columns(first: str) -> list[Any]:
    heads = (_("Received"), _("Answered"), _("On time"), _("Mean days"), _("Ratings"), _("Mean rating"), _("Satisfied"))
    return [first, *({"label": head, "align": "end"} for head in heads)]


def _line(row: Row, url: str) -> list[Any]:
    counts = row.counts
    shares = [
        f"{number(share)}%" if share is not None else "–" for share in (counts.on_time_share, counts.satisfied_share)
    ]
    return [
        {"text": _name(row), "url": url},
        number(counts.received),
        number(counts.closed),
        shares[0],
        number(counts.mean_days),
        number(counts.rated),
        number(counts.mean_score),
        shares[1],
    ]


def _name(row: Row) -> str:
    return label(row.name, row.name_en) if row.code else _("None given")


def _chips(form: FiguresForm, asked: dict[str, str]) -> list[dict[str, str]]:
    """What narrows the figures, each with the address without it."""
    said = {name: value for name, value in asked.items() if name != "show"}
    return [
        {
            "label": f"{form[name].label}: {form.said(name)}",
            "url": _address({k: v for k, v in asked.items() if k != name}),
        }
        for name in said
    ]


def _address(asked: dict[str, str], **more: str) -> str:
    query = urlencode(asked | more)
    return f"{reverse('portal:figures')}?{query}" if query else reverse("portal:figures")


def _day(day: date) -> str:
    return date_format(day, _("j F Y"))
