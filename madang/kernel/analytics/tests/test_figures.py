"""The figures are those of the cases, whatever is asked, and cost the same however many there are."""

import random
from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from madang.kernel.analytics.actions import fold
from madang.kernel.analytics.contracts import COUNTS, Counts, Filters
from madang.kernel.analytics.forms import FiguresForm
from madang.kernel.analytics.models import Figure, Tally
from madang.kernel.analytics.queries.figures import a_year, country_figures, figures, live_figures
from madang.kernel.analytics.queries.names import topics
from madang.kernel.analytics.queries.places import map_of
from madang.kernel.analytics.rules import DETAIL, PENDING
from madang.kernel.cases import actions
from madang.kernel.cases.models import Case, Feedback
from madang.kernel.common.errors import Invalid

TODAY = date(2026, 6, 17)


def rows_of(rows):
    return {row.code: row.counts for row in rows}


@pytest.fixture
def petitions(file, desk, citizen, town, ministry, places, tell):
    """Twelve cases of two institutions, three topics and three districts; half are answered, two rated."""
    for number in range(12):
        case = file(
            ministry if number % 3 == 0 else town,
            division=("9111151000", "9112000000", "9211000000", "")[number % 4],
            topic=("jobs", "future", "")[number % 3],
            received_at=timezone.now() - timedelta(days=number * 20),
        )
        if number % 3 and number % 2:
            actions.decide(case, by=desk, text="답변")
            if number < 6:
                actions.rate(case, by=citizen, score=number)
    tell()


def test_figures_are_those_of_the_cases(petitions, town, ministry):
    found = figures(Filters(*a_year()))
    cases = Case.objects.filter(received_at__date__gte=found.filters.since)
    assert found.totals.received == cases.count() == sum(row.counts.received for row in found.trend)
    assert found.totals.closed == Case.objects.exclude(closed_at=None).count() > 0
    assert found.totals.score_sum == sum(Feedback.objects.values_list("score", flat=True)) == 6
    for one in (town, ministry):
        here = rows_of(found.institutions)[one.code]
        assert here.received == cases.filter(institution=one).count()
    assert {code: one.received for code, one in rows_of(found.topics).items()} == {
        topic: cases.filter(topic=topic).count() for topic in ("jobs", "future", "")
    }
    assert {code: one.received for code, one in rows_of(found.divisions).items()} == {
        "9100000000": cases.filter(division__startswith="91").count(),
        "9200000000": cases.filter(division__startswith="92").count(),
        "": cases.filter(division="").count(),
    }


def test_a_province_is_told_by_its_districts(petitions):
    found = figures(Filters(*a_year(), division="9100000000"))
    districts = {code: one.received for code, one in rows_of(found.divisions).items()}
    assert set(districts) == {"9111000000", "9112000000"}
    assert sum(districts.values()) == found.totals.received == Case.objects.filter(division__startswith="91").count()


def test_names_stand_beside_codes(petitions, town):
    found = figures(Filters(*a_year()))
    assert ("town", "마당시", "Madang City") in [(row.code, row.name, row.name_en) for row in found.institutions]
    assert ("jobs", "일자리", "Jobs") in [(row.code, row.name, row.name_en) for row in found.topics]
    assert ("9100000000", "북도") in [(row.code, row.name) for row in found.divisions]
    assert [row.code for row in found.topics][-1] == ""


def test_what_was_just_told_counts_at_once_and_the_same_after_it_was_put_away(petitions, file, tell):
    before = figures(Filters(*a_year()))
    assert fold() > 0
    assert figures(Filters(*a_year())) == before
    file(topic="jobs")
    tell()
    assert figures(Filters(*a_year())).totals.received == before.totals.received + 1


def counters(chance, number):
    """Random tallies of four institutions, procedures, topics and districts over two years."""
    for _ in range(number):
        counts = {name: chance.randrange(3) for name in COUNTS}
        yield Tally(
            day=TODAY - timedelta(days=chance.randrange(730)),
            institution=chance.randrange(1, 5),
            procedure=chance.choice(["tests.a", "tests.b", "other.a", "test"]),
            topic=chance.choice(["jobs", "future", "rural", ""]),
            division=chance.choice(["9111000000", "9112000000", "9211000000", "9100000000", ""]),
            **counts,
        )


def by_hand(filters: Filters) -> Counts:
    """The sum of everything in full detail that was asked for."""
    rows = Figure.objects.filter(level__in=(DETAIL, PENDING), day__range=(filters.since, filters.until))
    total = Counts()
    for row in rows:
        service, _dot, _rest = row.procedure.partition(".")
        if (
            filters.institution in (None, row.institution)
            and filters.procedure in ("", row.procedure, service if "." in row.procedure else "")
            and filters.topic in ("", row.topic)
            and (not filters.division or row.division[: 2 if filters.division.endswith("00000000") else 10]
                 == filters.division[: 2 if filters.division.endswith("00000000") else 10])
        ):  # fmt: skip
            total += Counts(**{name: getattr(row, name) for name in COUNTS})
    return total


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_whatever_is_asked_all_levels_tell_the_same(seed, places, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)
    chance = random.Random(seed)
    Tally.objects.bulk_create(counters(chance, 150))
    fold()
    Tally.objects.bulk_create(counters(chance, 10))
    for _ in range(40):
        since = TODAY - timedelta(days=chance.randrange(730))
        until = min(TODAY, since + timedelta(days=chance.choice([0, 5, 40, 100, 300, 730])))
        asked = Filters(
            since, until, chance.choice([None, None, 1, 2]), chance.choice(["", "", "tests", "tests.a", "test"]),
            chance.choice(["", "", "jobs"]), chance.choice(["", "", "9111000000", "9100000000"]),
        )  # fmt: skip
        found, expected = figures(asked), by_hand(asked)
        assert found.totals == expected
        assert sum((row.counts for row in found.trend), Counts()) == expected
        assert sum((row.counts for row in found.topics), Counts()) == expected
        assert sum((row.counts for row in found.divisions), Counts()) == expected


def test_the_number_of_questions_to_the_database_is_fixed(petitions, django_assert_num_queries):
    with django_assert_num_queries(6):
        figures(Filters(*a_year()))
    Tally.objects.bulk_create(counters(random.Random(1), 300))
    fold()
    with django_assert_num_queries(6):
        figures(Filters(*a_year(), topic="jobs"))


def test_an_institution_at_a_glance(petitions, town):
    live = live_figures(town)
    mine = Case.objects.filter(institution=town)
    assert live.open == mine.filter(closed_at=None).count()
    assert live.received == mine.filter(received_at__gte=timezone.now() - timedelta(days=30)).count()
    assert live.year.closed == mine.exclude(closed_at=None).count()
    assert live.year.rated == 2
    assert live.year.mean_score is None


def test_the_country_at_a_glance(petitions):
    whole, glance = figures(Filters(*a_year())), country_figures()
    assert (glance.totals, glance.trend, glance.divisions) == (whole.totals, whole.trend, whole.divisions)


@pytest.mark.parametrize(
    ("today", "since"),
    [("2026-06-17", "2025-07-01"), ("2026-12-31", "2026-01-01"), ("2026-01-01", "2025-02-01")],
)
def test_a_year_is_twelve_months_with_the_current_one(today, since):
    assert a_year(date.fromisoformat(today)) == (date.fromisoformat(since), date.fromisoformat(today))


def test_what_is_asked_for_is_read(town, version, places):
    said = {
        "institution": "마당시",
        "topic": "jobs",
        "procedure": "tests",
        "division": "9111151000",
        "from": "2026-01-05",
    }
    asked = FiguresForm(said | {"until": "2026-03-04"}).filters()
    assert asked == Filters(date(2026, 1, 5), date(2026, 3, 4), town.pk, "tests", "jobs", "9111000000")
    assert FiguresForm({"institution": "town"}).filters().institution == town.pk
    assert FiguresForm({"institution": "madang city"}).filters().institution == town.pk
    assert FiguresForm({}).filters() == Filters(*a_year())
    early = FiguresForm({"until": "2020-05-05"}).filters()
    assert (early.since, early.until) == (date(2020, 5, 1), date(2020, 5, 5))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("institution", "nowhere"), ("institution", "x" * 200), ("topic", "nothing"), ("procedure", "nothing.at-all"),
        ("division", "0000000000"), ("division", "x" * 11), ("from", "yesterday"), ("until", "2026-02-30"),
        ("from", "9999-12-31"), ("from", "1900-01-01"), ("institution", "\x00"), ("topic", "' OR 1=1 --"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_said_by_its_field(field, value, db):
    with pytest.raises(Invalid) as error:
        FiguresForm({field: value}).filters()
    assert list(error.value.fields) == [field]


def test_the_topics_are_those_of_the_country_pack():
    assert {"jobs", "other"} <= {one["code"] for one in topics()}


def test_a_province_is_drawn_by_its_districts_and_nothing_around():
    whole, seoul = map_of("", "en"), map_of("1100000000", "en")
    left, top, width, height = (int(part) for part in seoul["viewBox"].split())
    assert len(seoul["divisions"]) == 25
    assert {one["parent"] for one in seoul["divisions"]} == {"1100000000"}
    for one in seoul["divisions"]:
        x, y = one["label"]
        assert left < x < left + width
        assert top < y < top + height
    _left, _top, all_width, all_height = (int(part) for part in whole["viewBox"].split())
    assert width * height < all_width * all_height / 100


def test_sums_of_tallies_never_leave_the_counters(petitions):
    fold()
    sums = Figure.objects.filter(level=DETAIL).aggregate(received=Sum("received"))
    assert sums["received"] == 12
