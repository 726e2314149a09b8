"""The page of figures and the open data: they show what the database knows, everywhere the same, no text of anyone."""

import csv
import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from madang.kernel.analytics.schemas import FIELDS
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case, Feedback
from madang.kernel.events.actions import deliver
from madang.kernel.institutions.models import Division
from madang.kernel.portal.views.figures import home_figures, institution_tiles

SECRET = "가로등이 꺼진 골목"
ADDRESSES = ("/figures/", "/figures.json", "/figures.csv", "/api/v1/analytics/figures")


@pytest.fixture
def cases(version, citizen, town, ministry, desk):
    """Eight cases, private and public, in Seoul and elsewhere; five answered and rated, one of them late."""
    seoul = Division.objects.create(
        code="1100000000", name="서울특별시", name_en="Seoul", full_name="서울", level="province"
    )
    Division.objects.create(code="1111000000", name="종로구", full_name="종로구", level="district", parent=seoul)
    for number in range(8):
        data = {"title": SECRET, "body": f"{SECRET} 010-1234-5678", "place": {"division": "1111000000"}}
        case = actions.file(
            version, by=citizen, data=data if number else {"title": SECRET, "body": SECRET}, is_public=number % 2 == 0,
            institution=ministry if number == 7 else town, topic="jobs" if number < 6 else "",
            received_at=timezone.now() - timedelta(days=40 if number == 1 else 1),
        )  # fmt: skip
        if number in range(1, 6):
            actions.decide(case, by=desk, text=SECRET)
            actions.rate(case, by=citizen, score=number)
    while deliver():
        pass
    return Case.objects.all()


def page(client, query="", language="en"):
    response = client.get(f"/figures/{query}", headers={"accept-language": language})
    return response.status_code, response.content.decode()


def tiles(html):
    """The value of each tile by its label."""
    found = re.findall(r'm-tile-label">(?:<a[^>]*>)?([^<]+).*?m-tile-value">([^<]+)', html, re.DOTALL)
    return dict(found)


def test_the_tiles_are_the_facts(client, cases):
    status, html = page(client)
    assert status == 200
    closed = cases.exclude(closed_at=None).count()
    score = sum(Feedback.objects.values_list("score", flat=True)) / Feedback.objects.count()
    assert tiles(html) == {
        "Received": str(cases.count()),
        "Answered": str(closed),
        "Answered on time": f"{100 * (closed - 1) // closed}",
        "Mean time to the answer": tiles(html)["Mean time to the answer"],
        "Satisfaction": f"{score:g}",
    }
    assert 8 <= float(tiles(html)["Mean time to the answer"]) <= 9


def test_page_json_csv_and_api_tell_the_same(client, cases):
    for query in ("", "?institution=town&topic=jobs", "?division=1100000000"):
        body = client.get(f"/figures.json{query}").json()
        assert body == client.get(f"/api/v1/analytics/figures{query}").json()
        shown = tiles(page(client, query)[1])
        assert (shown["Received"], shown["Answered"]) == (
            str(body["totals"]["received"]),
            str(body["totals"]["closed"]),
        )
        lines = list(csv.DictReader(StringIO(client.get(f"/figures.csv{query}").content.decode())))
        for by, rows in (
            ("institution", body["institutions"]),
            ("topic", body["topics"]),
            ("division", body["divisions"]),
        ):
            table = {line["code"]: [line[name] for name in FIELDS] for line in lines if line["by"] == by}
            assert table == {row["code"]: ["" if row[n] is None else str(row[n]) for n in FIELDS] for row in rows}
        assert [line["received"] for line in lines if line["by"] == "total"] == [str(body["totals"]["received"])]
        assert [line["code"] for line in lines if line["by"] == body["step"]] == [row["since"] for row in body["trend"]]
    assert body["totals"]["received"] == cases.exclude(division="").count()


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_read_counts_and_no_word_of_anyone(client, cases, address):
    response = client.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert not [word for word in (SECRET, "010-1234", "Citizen", cases[0].number) if word in text]


def test_open_data_is_open(client, cases):
    for address in ("/figures.json", "/figures.csv", "/figures.json?topic=nothing"):
        assert client.get(address).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/figures/").headers
    assert client.post("/figures.json").status_code == 405
    assert client.get("/figures.csv").headers["content-type"] == "text/csv; charset=utf-8"


def test_a_name_is_no_formula_in_a_spreadsheet(client, cases, town):
    type(town).objects.filter(pk=town.pk).update(name='=HYPERLINK("https://evil.example")')
    lines = csv.reader(StringIO(client.get("/figures.csv").content.decode()))
    cells = [cell for line in lines for cell in line]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_satisfaction_is_not_told_of_few(client, cases):
    body = client.get("/figures.json?institution=town").json()
    assert (body["totals"]["rated"], body["totals"]["mean_score"], body["totals"]["satisfied_share"]) == (5, 3.0, 40.0)
    Feedback.objects.first()
    few = client.get(f"/figures.json?until={timezone.localdate() - timedelta(days=2)}").json()["totals"]
    assert (few["received"], few["rated"], few["mean_score"]) == (1, 0, None)
    elsewhere = client.get("/figures.json?institution=ministry").json()["totals"]
    assert (elsewhere["rated"], elsewhere["satisfied_share"], elsewhere["dissatisfied_share"]) == (0, None, None)
    assert "under 5 ratings" in page(client, "?institution=ministry")[1]


@pytest.mark.parametrize(
    "query", ["?institution=nowhere", "?topic=x&from=yesterday", "?from=2026-05-02&until=2026-05-01"]
)
def test_what_does_not_exist_is_said_on_the_page_and_to_programs(client, cases, query):
    status, html = page(client, query)
    assert status == 422
    assert "m-error-summary" in html or "error" in html.lower()
    assert not tiles(html)
    for address in ADDRESSES[1:]:
        response = client.get(address + query, headers={"accept-language": "en"})
        assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
        assert json.loads(response.content)["fields"]


def test_each_chart_has_its_table_and_each_place_its_address(client, cases):
    for show in ("received", "on-time", "days", "satisfied", "nonsense"):
        _status, html = page(client, f"?show={show}")
        assert html.count("m-chart-data") == html.count("<figure") == 4
        assert "division=1100000000" in html
    _status, seoul = page(client, "?division=1100000000&show=received")
    assert seoul.count("m-map-division") > 25
    assert "종로구" in seoul or "Jongno-gu" in seoul


def test_filters_stay_when_the_chart_changes_and_can_be_taken_off(client, cases):
    _status, html = page(client, "?topic=jobs&division=1100000000&show=days")
    assert "topic=jobs&amp;division=1100000000&amp;show=on-time" in html
    assert '/figures.json?topic=jobs&amp;division=1100000000"' in html
    chips = re.findall(r'class="m-chip" href="([^"]+)">([^<]+)', html)
    assert chips == [
        ("/figures/?division=1100000000&amp;show=days", "Topic: Jobs"),
        ("/figures/?topic=jobs&amp;show=days", "Place: Seoul"),
    ]


def test_in_the_language_of_the_reader(client, cases):
    korean, english = page(client, language="ko")[1], page(client, language="en")[1]
    assert "마당시" in korean
    assert "Madang City" in english
    assert "일자리" in korean
    body = re.sub(r"<[^>]+>", " ", korean.partition("<h1>")[2].partition("</main>")[0])
    assert not re.findall(r"\b(?!JSON\b|CSV\b|tests\b)[A-Za-z]{3,}", body)


def test_nothing_yet_is_said(client, db):
    status, html = page(client)
    assert status == 200
    assert "There are no figures yet." in html


def test_the_page_asks_a_fixed_number_of_questions(client, cases, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page(client, "?institution=town&topic=jobs&division=1100000000")


def test_the_first_page_has_tiles_trend_and_map(client, cases):
    found = home_figures()
    assert found["tiles"][0]["value"] == "8"
    assert sum(found["trend"]["series"][0]["values"]) == 8
    assert {one["code"]: one["value"] for one in found["map"]["values"]}["1100000000"] == 80.0
    home = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert tiles(home)["Received"] == "8"
    assert "/figures/" in home


def test_an_institution_shows_how_it_is_doing(client, cases, town):
    values = [tile["value"] for tile in institution_tiles(town)]
    assert values[:3] == [str(cases.filter(institution=town, closed_at=None).count()), "6", "80"]
    assert (
        tiles(client.get("/institutions/town/", headers={"accept-language": "en"}).content.decode())["Open now"] == "2"
    )
