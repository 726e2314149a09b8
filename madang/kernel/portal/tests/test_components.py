"""What the design system's tags write: the meaning a screen reader hears, not the look."""

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test.html import parse_html
from django.utils import timezone, translation

from madang.kernel.portal import rules
from madang.kernel.portal.forms import PersonForm, PlaceField, StyleguideForm

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def shown(tag: str, **context: Any) -> str:
    return Template("{% load madang %}" + tag).render(Context(context))


def holds(html: str, fragment: str) -> bool:
    return parse_html(html).count(parse_html(fragment)) > 0


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str, **having: str) -> list[dict[str, str | None]]:
        wanted = {name.replace("_", "-"): value for name, value in having.items()}
        return [attrs for name, attrs in self.found if name == tag and wanted.items() <= attrs.items()]

    def one(self, tag: str, **having: str) -> dict[str, str | None]:
        (found,) = self.all(tag, **having)
        return found


# Marks


def test_a_button_escapes_its_label_and_takes_further_attributes() -> None:
    html = shown(
        '{% button label kind="danger" confirm="Sure?" hx_get="/x" name="do" value="go" %}', label="<b>Delete</b>"
    )
    button = Elements(html).one("button")
    assert (button["type"], button["class"], button["data-confirm"]) == ("submit", "krds-btn large danger", "Sure?")
    assert (button["hx-get"], button["name"], button["value"]) == ("/x", "do", "go")
    assert "&lt;b&gt;Delete&lt;/b&gt;" in html


def test_a_link_button_is_a_link() -> None:
    assert Elements(shown('{% link_button "Go" "/there" %}')).one("a")["href"] == "/there"


def test_an_icon_is_silent_unless_it_is_labelled() -> None:
    assert Elements(shown('{% icon "bell" %}')).one("svg")["aria-hidden"] == "true"
    labelled = Elements(shown('{% icon "bell" "Notices" %}')).one("svg")
    assert (labelled["role"], labelled["aria-label"]) == ("img", "Notices")


@pytest.mark.parametrize(
    ("due", "more", "words"),
    [
        (timedelta(days=4, minutes=5), {}, "4 days left"),
        (timedelta(days=-2, minutes=-5), {}, "2 days overdue"),
        (timedelta(days=3), {"paused": True}, "Clock stopped"),
        (timedelta(days=3), {"closed_at": NOW}, "On time"),
        (timedelta(days=-3), {"closed_at": NOW}, "Late"),
    ],
)
def test_a_deadline_is_said_in_words(due: timedelta, more: dict[str, Any], words: str) -> None:
    html = shown(
        "{% due due_at closed_at=closed_at paused=paused %}",
        **({"due_at": NOW + due, "closed_at": None, "paused": False} | more),
    )
    assert words in html


def test_no_deadline_is_said_too() -> None:
    assert "No deadline" in shown("{% due None %}")


def test_a_rating_is_words_and_stars_that_are_silent() -> None:
    html = shown("{% rating 4.2 3021 %}")
    assert "4.2 out of 5" in html
    assert "(3,021 ratings)" in html
    assert len(Elements(html).all("svg", aria_hidden="true")) == 5
    assert "Not rated yet" in shown("{% rating None %}")


def test_dates_follow_the_language() -> None:
    at = datetime(2026, 2, 13, 1, 0, tzinfo=UTC)
    assert shown("{{ at|moment }}", at=at) == "Fri 13 February 2026, 10:00"
    with translation.override("ko"):
        assert shown("{{ at|moment }}", at=at) == "2026년 2월 13일(금) 10:00"
        assert shown("{{ at|day }}", at=at.date()) == "2026년 2월 13일"


# Blocks


def test_an_alert_of_danger_interrupts_and_others_do_not() -> None:
    assert Elements(shown('{% alert "danger" %}x{% endalert %}')).all("div", role="alert")
    assert not Elements(shown("{% alert %}x{% endalert %}")).all("div", role="alert")


def test_the_content_of_a_block_stays_markup_and_its_title_is_text() -> None:
    html = shown("{% card title %}<p>{{ inner }}</p>{% endcard %}", title="<i>", inner="<script>")
    assert "<p>&lt;script&gt;</p>" in html
    assert "&lt;i&gt;" in html


def test_a_table_names_its_rows_columns_and_narrow_labels() -> None:
    rows = [[{"text": "Centre", "url": "/c"}, 12], ["Harbour", None]]
    html = shown(
        '{% data_table "Offices" columns rows %}', columns=["Office", {"label": "Cases", "align": "end"}], rows=rows
    )
    found = Elements(html)
    assert holds(html, "<caption>Offices</caption>")
    assert [head["scope"] for head in found.all("th")] == ["col", "col", "row", "row"]
    assert [cell["data-label"] for cell in found.all("td")] == ["Cases", "Cases"]
    assert found.one("a")["href"] == "/c"
    assert "None" not in html


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        shown('{% data_table "x" columns rows %}', columns=["a", "b"], rows=[["only"]])


def test_the_queue_is_a_form_whose_ticks_are_labelled() -> None:
    rows = [{"value": "A-1", "label": "Street light", "url": "/a", "cells": ["Street light", "today"]}]
    html = shown(
        '{% bulk_table "New" columns rows action="/assign" %}<button>Go</button>{% endbulk_table %}',
        columns=["Title", "Due"],
        rows=rows,
        csrf_token="t",
    )
    found = Elements(html)
    assert found.one("form")["action"] == "/assign"
    assert found.one("input", name="csrfmiddlewaretoken")["value"] == "t"
    tick = found.one("input", name="case")
    assert tick["value"] == "A-1"
    assert found.all("label", **{"for": tick["id"]})
    assert "Select Street light" in html
    assert "<button>Go</button>" in html
    assert found.one("a", href="/a")["data-open"] is None


def test_steps_say_where_one_is() -> None:
    html = shown("{% steps labels 2 %}", labels=["Read", "Write", "Send"])
    assert "Step 2 of 3" in html
    assert "Next: Send" in html
    assert [item.get("aria-current") for item in Elements(html).all("li")] == [None, "step", None]


def test_tabs_are_links_and_one_is_current() -> None:
    html = shown(
        '{% tabs items "Queues" %}',
        items=[{"label": "New", "url": "/n", "current": True, "count": 0}, {"label": "Mine", "url": "/m"}],
    )
    assert [link.get("aria-current") for link in Elements(html).all("a")] == ["page", None]
    assert Elements(html).one("nav")["aria-label"] == "Queues"
    assert holds(html, '<span class="m-count">0</span>')


def test_pages_without_neighbours_have_no_links() -> None:
    assert [link["rel"] for link in Elements(shown('{% pagination next_url="/n" %}')).all("a")] == ["next"]
    assert shown("{% pagination %}").strip() == ""


def test_the_timeline_is_an_ordered_list_with_times() -> None:
    at = datetime(2026, 2, 13, 1, 0, tzinfo=UTC)
    html = shown("{% timeline entries %}", entries=[{"at": at, "title": "Filed", "text": "a\nb", "internal": True}])
    assert Elements(html).one("time")["datetime"] == "2026-02-13T10:00:00+09:00"
    assert Elements(html).all("ol")
    assert "Internal" in html
    assert "<p>a<br>b</p>" in html


def test_a_breadcrumb_ends_with_this_page() -> None:
    html = shown("{% breadcrumb trail %}", trail=[("Cases", "/cases"), ("A-1", "")])
    assert Elements(html).one("span", aria_current="page")["class"] == "txt"
    assert shown("{% breadcrumb trail %}", trail=[]).strip() == ""


def test_the_deadline_explains_itself_line_by_line() -> None:
    html = shown(
        "{% deadline a b period='7 days' lines=lines %}",
        a=NOW - timedelta(days=1),
        b=NOW + timedelta(days=1),
        lines=["Day 1", "Day 2"],
    )
    assert holds(html, "<li>Day 1</li>")
    assert "7 days" in html
    assert Elements(html).one("rect", **{"class": "m-progress-gone"})["width"].startswith("50")  # type: ignore[union-attr]


def test_a_search_is_labelled_and_keeps_what_was_searched() -> None:
    found = Elements(shown('{% search_box "/s" value label="Find" %}', value='"light"'))
    assert found.one("form")["role"] == "search"
    box = found.one("input")
    assert box["value"] == '"light"'
    assert found.all("label", **{"for": box["id"]})
    assert found.one("form")["aria-label"] not in ("", "Find"), "the form and its field are told apart"


def test_the_last_question_before_danger() -> None:
    html = shown(
        '{% confirm_form "Withdraw?" "Withdraw" cancel_url="/back" danger=True %}{% endconfirm_form %}', csrf_token="t"
    )
    assert "danger" in str(Elements(html).one("button")["class"])
    assert Elements(html).one("a")["href"] == "/back"


def test_links_to_pages_that_do_not_exist_are_empty() -> None:
    assert shown('{% first_url "no:such" "neither:that" %}') == ""


# Fields


def test_every_field_is_labelled_and_described() -> None:
    found = Elements(shown("{% form_fields form %}", form=StyleguideForm()))
    labelled = {label["for"] for label in found.all("label")}
    inputs = [attrs for tag, attrs in found.found if tag in ("input", "select", "textarea")]
    assert {one["id"] for one in inputs} <= labelled
    ids = {attrs["id"] for _tag, attrs in found.found if attrs.get("id")}
    described = {part for _tag, attrs in found.found for part in (attrs.get("aria-describedby") or "").split()}
    assert described <= ids


def test_a_field_with_an_error_says_so_and_the_summary_leads_to_it() -> None:
    form = StyleguideForm({"kind": "nonsense", "text": "x" * 2001})
    html = shown("{% error_summary form %}{% form_fields form %}", form=form)
    found = Elements(html)
    text = found.one("textarea")
    assert text["aria-invalid"] == "true"
    assert str(text["aria-describedby"]).split() == ["id_text_error", "id_text_count"]
    targets = {str(link["href"])[1:] for link in found.all("a")}
    assert targets == {"id_title", "id_kind_0", "id_text", "id_agree"}
    assert targets <= {attrs.get("id") for _tag, attrs in found.found}
    assert "4 things have to be put right" in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert shown("{% error_summary form %}", form=StyleguideForm()).strip() == ""


def test_a_long_text_is_counted_not_cut() -> None:
    found = Elements(shown("{% field form.text %}", form=StyleguideForm()))
    assert "maxlength" not in found.one("textarea")
    assert found.one("p", id="id_text_count")["data-counter"] == "2000"


def test_dates_are_native_and_in_the_form_browsers_want() -> None:
    box = Elements(shown("{% field form.born %}", form=PersonForm())).one("input")
    assert (box["type"], box["value"]) == ("date", "2000-01-01")


def test_choices_stand_in_a_fieldset_with_their_question() -> None:
    html = shown("{% field form.satisfaction %}", form=StyleguideForm())
    assert html.lstrip().startswith("<fieldset")
    assert len(Elements(html).all("input", type="radio", name="satisfaction")) == 5
    assert "<legend" in html


def test_a_place_is_two_inputs_and_a_map_that_is_silent() -> None:
    class Place(forms.Form):
        at = PlaceField(label="Where?")

    shape = {"viewBox": "0 0 10 10", "bounds": [126, 34, 130, 38], "divisions": [{"path": "M0 0"}]}
    found = Elements(
        shown("{% field form.at shape=shape %}", form=Place({"at_lat": "37.5", "at_lon": "127"}), shape=shape)
    )
    assert [box["value"] for box in found.all("input")] == ["37.5", "127"]
    map_ = found.one("svg", data_bounds="126 34 130 38")
    assert (map_["aria-hidden"], map_["hidden"]) == ("true", None)
    assert found.all("label", **{"for": "id_at_0"})


def test_a_conditional_field_names_its_condition() -> None:
    class Asked(forms.Form):
        kind = forms.CharField()
        other = forms.CharField()

    form = Asked(prefix="f")
    form.fields["other"].show_when = {"kind": ["x", True]}  # type: ignore[attr-defined]
    wrapper = Elements(shown("{% field form.other %}", form=form)).all("div")[0]
    assert json.loads(str(wrapper["data-when"])) == {"f-kind": ["x", "True"]}


def test_a_repeated_group_can_grow_without_javascript() -> None:
    formset = forms.formset_factory(PersonForm, extra=1, max_num=2)(prefix="people")
    html = shown('{% repeated formset "Who?" "Person" %}', formset=formset)
    found = Elements(html)
    assert found.one("button", name="add")["value"] == "people"
    assert found.one("input", name="people-TOTAL_FORMS")["value"] == "1"
    assert found.all("input", name="people-__prefix__-name")
    full = forms.formset_factory(PersonForm, extra=2, max_num=2)(prefix="people")
    assert 'name="add"' not in shown('{% repeated formset "Who?" "Person" %}', formset=full)


def test_hidden_fields_have_no_label() -> None:
    class Hidden(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

    assert "<label" not in shown("{% form_fields form %}", form=Hidden())


# Charts


def test_bars_are_measured_against_a_round_scale() -> None:
    html = shown(
        '{% chart_bars data "Cases" " pcs" %}', data=[("Roads", 30), {"label": "Tax", "value": 12, "url": "/tax"}]
    )
    assert [bar["width"] for bar in Elements(html).all("rect", **{"class": "m-s1"})] == ["100%", "40%"]
    assert Elements(html).one("a")["href"] == "/tax"
    assert holds(html, '<td class="m-end">12 pcs</td>')


def test_a_line_breaks_where_there_is_no_figure() -> None:
    html = shown(
        '{% chart_line labels series "Course" %}',
        labels=["a", "b", "c"],
        series=[{"label": "In", "values": [1, None, 2]}],
    )
    assert [line["points"] for line in Elements(html).all("polyline")] == ["0.0,50.0 ", "100.0,0.0 "]
    assert Elements(html).one("svg", role="img")["aria-labelledby"]
    assert holds(html, '<td class="m-end">–</td>')


def test_parts_of_a_whole_fill_the_bar_and_are_named() -> None:
    series = [{"label": "On time", "values": [3]}, {"label": "Late", "values": [1]}]
    html = shown('{% chart_stacked labels series "How" share=True %}', labels=["Centre"], series=series)
    found = Elements(html)
    bar = found.one("svg", role="img")
    assert bar["aria-label"] == "On time 3, Late 1"
    parts = [(one["x"], one["width"]) for one in found.all("rect") if "x" in one]
    assert parts == [("0%", "75%"), ("75%", "25%")]


def test_a_sixth_series_is_refused() -> None:
    series = [{"label": str(number), "values": [1]} for number in range(6)]
    with pytest.raises(ValueError, match="at most 5"):
        shown('{% chart_line labels series "x" %}', labels=["a"], series=series)


def test_a_map_links_each_division_and_tells_its_figure() -> None:
    shape = {"viewBox": "0 0 9 9", "divisions": [{"code": str(n), "name": f"D{n}", "path": "M0 0"} for n in range(6)]}
    values = [{"code": str(n), "value": n * 10, "url": f"/d/{n}"} for n in range(5)]
    html = shown('{% division_map values shape "On time" "%" %}', values=values, shape=shape)
    found = Elements(html)
    assert [link["aria-label"] for link in found.all("a")] == [f"D{n}: {n * 10}%" for n in range(5)]
    levels = [
        str(path["class"]).split()[-1] for path in found.all("path") if "m-map-division" in str(path.get("class"))
    ]
    assert levels == ["m-c1", "m-c2", "m-c3", "m-c4", "m-c5", "m-c0"]
    assert "no figure" in html
    assert "over 30 to 40%" in html


def test_charts_without_figures_say_so() -> None:
    for tag in ('{% chart_bars data "x" %}', '{% chart_line data data "x" %}', '{% chart_stacked data data "x" %}'):
        assert "There are no figures yet" in shown(tag, data=[])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_numbers_in_drawings_are_the_same_in_every_language(language: str) -> None:
    with translation.override(language):
        assert shown("{{ n|number }} {{ n|percent }}", n=1234.5) == "1,234.5 1234.5%"


# Pages


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_page_or_part_of_it_carries_script_or_style(client: Any, language: str, db: None) -> None:
    client.cookies["django_language"] = language
    page = client.get("/design/").content.decode()
    found = Elements(page)
    assert not [
        tag
        for tag, attrs in found.found
        if "style" in attrs or tag == "style" or any(name.startswith("on") for name in attrs)
    ]
    assert all(script.get("src") for script in found.all("script"))
    ids = [attrs["id"] for _tag, attrs in found.found if attrs.get("id")]
    assert len(ids) == len(set(ids))
    assert found.one("html")["lang"] == language


def test_the_size_of_text_is_remembered_and_one_comes_back(client: Any, db: None) -> None:
    answer = client.post("/text-size/", {"size": "large", "next": "/design/"})
    assert answer["Location"] == "/design/"
    assert Elements(client.get("/design/").content.decode()).one("html")["class"] == "text-large"
    assert client.post("/text-size/", {"size": "huge", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert client.cookies["text_size"].value == "large"
    assert client.get("/text-size/").status_code == 405


@pytest.mark.parametrize(("language", "standard"), [("en", "WCAG) 2.2"), ("ko", "KS X OT0003")])
def test_the_site_says_how_accessible_it_is_and_whom_to_tell(
    client: Any, db: None, language: str, standard: str
) -> None:
    client.cookies["django_language"] = language
    assert 'href="/accessibility/"' in client.get("/").content.decode().partition("<footer")[2]
    told = client.get("/accessibility/").content.decode().partition("<main")[2]
    assert standard in told
    assert 'href="tel:110"' in told
    assert "1331" in told
    assert "2026" in told


def test_the_own_letters_are_shown_once_they_are_at_hand(client: Any, db: None) -> None:
    assert "m-own-font" not in Elements(client.get("/design/").content.decode()).one("html")["class"]
    client.cookies["fonts"] = "kept"
    assert "m-own-font" in Elements(client.get("/design/").content.decode()).one("html")["class"].split()


def test_every_icon_that_is_named_exists() -> None:
    root = Path(__file__).resolve().parents[3]
    drawn = set(
        re.findall(r'<symbol id="([\w-]+)"', (root / "kernel/portal/static/portal/icons.svg").read_text("utf-8"))
    )
    sources = "".join(path.read_text("utf-8") for path in [*root.rglob("templates/**/*.html"), *root.rglob("*.py")])
    named = set(re.findall(r"""(?:\{% icon |icon=|"icon": )"([\w-]+)["]""", sources))
    assert named - drawn == set()
    assert set(rules.TONES) <= drawn


def test_a_place_of_two_fields_says_which_is_wrong() -> None:
    class Place(forms.Form):
        lat = forms.FloatField(max_value=90)
        lon = forms.FloatField(max_value=180)

    form = Place({"lat": "37.5", "lon": "999"})
    found = Elements(shown('{% map_point form.lat form.lon "Where?" %}', form=form, map_shape=None))
    assert found.one("input", name="lon")["aria-describedby"] == "id_lon_error"
    assert found.one("p", id="id_lon_error")
    assert "aria-describedby" not in found.one("input", name="lat")


def test_lists_of_nothing_leave_no_trace() -> None:
    assert shown("{% item_list items %}{% file_list items %}", items=[]).strip() == ""
