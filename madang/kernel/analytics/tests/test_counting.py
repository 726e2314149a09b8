"""What happens to cases is counted: once, where and when it happened, at every level of detail."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from madang.kernel.analytics.actions import fold, recount, tally
from madang.kernel.analytics.contracts import COUNTS, Counts
from madang.kernel.analytics.models import Count, Figure, Tally
from madang.kernel.analytics.rules import DETAIL, LEVELS, PENDING
from madang.kernel.cases import actions
from madang.kernel.cases.contracts import CaseFiled
from madang.kernel.cases.models import Case
from madang.kernel.common.moment import as_of
from madang.kernel.events.actions import deliver, retry
from madang.kernel.events.contracts import LISTENERS, Listener
from madang.kernel.events.models import Event, Failure

KEY = ("day", "institution", "procedure", "topic", "division")


def counted(**narrowed) -> dict[str, int]:
    """The counts that are not zero, of full detail and just told."""
    rows = Figure.objects.filter(level__in=(DETAIL, PENDING), **narrowed)
    return {name: sum for name, sum in rows.aggregate(**{name: Sum(name) for name in COUNTS}).items() if sum}


def detail() -> dict[tuple, dict[str, int]]:
    """Every counter of full detail by its key, tallies among them; empty ones left out."""
    rows = (
        Figure.objects.filter(level__in=(DETAIL, PENDING)).values(*KEY).annotate(**{f"n_{n}": Sum(n) for n in COUNTS})
    )
    found = {tuple(row[k] for k in KEY): {n: row[f"n_{n}"] for n in COUNTS if row[f"n_{n}"]} for row in rows}
    return {key: counts for key, counts in found.items() if counts}


def test_the_life_of_a_case_is_counted_where_it_happened(file, citizen, desk, town, ministry, appoint, places, tell):
    case = file(topic="jobs", division="9111151000")
    asked = actions.ask(case, by=desk, question="어디입니까?")
    actions.reply(asked, by=citizen, text="여기입니다.")
    actions.extend(case, by=desk, period="3d", reason="현장 확인")
    actions.transfer(case, by=desk, to=ministry, reason="소관")
    chief = appoint("Chief", ministry, "manager")
    actions.decide(case, by=chief, text="답변")
    actions.rate(case, by=citizen, score=1)
    actions.follow_up(case, by=citizen, text="더 알려 주세요.")
    actions.decide(case, by=chief, text="추가 답변")
    actions.rate(case, by=citizen, score=4)
    tell()
    assert counted(institution=town.pk) == {"received": 1, "supplements": 1, "extended": 1, "transferred_out": 1}
    assert counted(institution=ministry.pk) == {
        "transferred_in": 1, "closed": 2, "on_time": 2, "rated": 2, "score_sum": 5, "satisfied": 1, "dissatisfied": 1,
        "follow_ups": 1,
    }  # fmt: skip
    assert counted() == counted(
        day=timezone.localdate(), procedure="tests.request", topic="jobs", division="9111000000"
    )


def test_late_answers_and_the_days_they_took(file, desk, tell):
    case = file(received_at=timezone.now() - timedelta(days=30, hours=12))
    actions.decide(case, by=desk, text="늦었습니다.")
    tell()
    assert counted() == {"received": 1, "closed": 1, "late": 1, "days_sum": 3050}
    assert counted(day=timezone.localdate()) == {"closed": 1, "late": 1, "days_sum": 3050}


def test_what_is_taken_back_is_neither_answered_nor_open(file, citizen, tell):
    actions.withdraw(file(), by=citizen)
    tell()
    assert counted() == {"received": 1, "withdrawn": 1}
    assert Counts(**counted()).open == 0


def test_days_are_those_of_the_country(file, tell):
    # Half past midnight in Seoul is still yesterday in UTC.
    moment = timezone.make_aware(timezone.datetime(2026, 3, 1, 0, 30))
    file(received_at=moment)
    tell()
    assert [str(row.day) for row in Tally.objects.all()] == ["2026-03-01"]


@pytest.mark.parametrize(
    ("told", "counted_as"),
    [
        ("9111151000", "9111000000"),
        ("9111100000", "9111000000"),
        ("9112000000", "9112000000"),
        ("9100000000", "9100000000"),
        ("", ""),
        ("0000000000", ""),
    ],
)
def test_places_are_counted_by_district(places, told, counted_as):
    event = CaseFiled(1, "N", "tests.request", 1, "", told, True, timezone.now())
    tally([event])
    assert Tally.objects.get().division == counted_as


def test_what_was_told_is_counted_once_however_often_it_is_delivered(file, tell):
    file()
    with transaction.atomic():
        assert deliver() == 1
        # The worker is stopped before the commit.
        transaction.set_rollback(True)
    assert counted() == {}
    assert tell() == 1
    assert tell() == 0
    assert counted() == {"received": 1}


def test_a_handler_that_fails_beside_us_does_not_make_us_count_again(file, tell, monkeypatch):
    def fail(event):
        raise RuntimeError("not now")

    monkeypatch.setitem(
        LISTENERS, "cases.CaseFiled", [*LISTENERS["cases.CaseFiled"], Listener("tests.fail", CaseFiled, fail)]
    )
    file()
    tell()
    Failure.objects.update(next_at=timezone.now())
    retry()
    assert Failure.objects.get().attempts == 2
    assert counted() == {"received": 1}


def test_putting_tallies_to_the_counters_changes_no_figure(file, desk, citizen, tell, places):
    for number in range(6):
        case = file(topic="jobs" if number % 2 else "", division="9112000000" if number % 3 else "")
        actions.decide(case, by=desk, text="답변")
    tell()
    before = detail()
    assert fold() == 4  # of twelve events those that agree in everything are one tally
    assert (detail(), Tally.objects.count(), fold()) == (before, 0, 0)
    file()
    tell()
    fold()
    sums = {name: Sum(name) for name in COUNTS}
    totals = [Count.objects.filter(level=level).aggregate(**sums) for level in LEVELS]
    assert all(one == totals[0] for one in totals)
    assert totals[0]["received"] == 7


def random_life(seed, version, citizen, town, ministry, officials):
    """Cases that come, are asked about, passed on, extended, answered, rated and asked about again, or taken back."""
    chance = random.Random(seed)
    for _ in range(25):
        received = timezone.now() - timedelta(days=chance.randrange(60), seconds=chance.randrange(86400))
        data = {"title": "제목", "body": "내용", "place": {"division": chance.choice(["9111151000", "9211000000"])}}
        case = actions.file(
            version, by=citizen, data=data, institution=chance.choice([town, ministry]), received_at=received,
            topic=chance.choice(["jobs", "future", ""]),
        )  # fmt: skip
        for _ in range(chance.randrange(7)):
            case = Case.objects.get(pk=case.pk)
            officer = officials[case.institution_id]
            waiting = case.supplements.filter(replied_at=None).first()
            rated = case.feedbacks.filter(round=case.round).first()
            pending = (
                case.clocks.last().extensions.filter(needs_consent=True, consented_at=None, refused_at=None).first()
            )
            if not case.is_open:
                if case.stage == "withdrawn" or (rated and (case.round == 2 or rated.score > 2)):
                    break
                if rated:
                    actions.follow_up(case, by=citizen, text="더")
                else:
                    actions.rate(case, by=citizen, score=chance.randint(1, 5))
            elif waiting:
                actions.reply(waiting, by=citizen, text="예")
            elif pending and chance.random() < 0.5:
                actions.consent(pending, by=citizen, agree=chance.random() < 0.7)
            else:
                move = chance.randrange(10)
                if move < 4:
                    actions.decide(case, by=officer, text="답변")
                elif move < 6:
                    actions.transfer(case, by=officer, to=ministry if case.institution == town else town, reason="소관")
                elif move == 6:
                    actions.ask(case, by=officer, question="?")
                elif move == 7:
                    actions.withdraw(case, by=citizen)
                elif case.clocks.last().extensions.count() < 2:
                    actions.extend(case, by=officer, period="3d", reason="확인")
                else:
                    actions.note(case, by=officer, text="메모")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_counting_again_gives_what_was_told(seed, version, citizen, town, ministry, appoint, places, tell):
    officials = {town.pk: appoint("One", town, "manager"), ministry.pk: appoint("Two", ministry, "manager")}
    random_life(seed, version, citizen, town, ministry, officials)
    # Written down later as of one moment: late where it came from, on time where it was answered.
    late = actions.file(
        version, by=citizen, data={"title": "제목", "body": "내용"}, institution=town,
        received_at=timezone.now() - timedelta(days=30, hours=3),
    )  # fmt: skip
    with as_of(timezone.now().replace(microsecond=0)):
        actions.transfer(late, by=officials[town.pk], to=ministry, reason="소관")
        actions.decide(late, by=officials[ministry.pk], text="답변")
    tell()
    if seed % 2:
        fold()
    before, facts = detail(), recount()
    assert detail() == before
    assert len(before) > 10
    assert facts >= 25
    assert Counts(**counted()).open == Case.objects.filter(closed_at=None).count()
    for one in (town, ministry):
        here = Counts(**counted(institution=one.pk))
        assert here.open == Case.objects.filter(closed_at=None, institution=one).count()


@pytest.mark.django_db(transaction=True)
def test_counting_again_mends_what_is_wrong_and_leaves_out_what_will_still_be_told(file, desk, tell):
    first = file()
    tell()
    file()
    actions.decide(first, by=desk, text="답변")
    failed = Event.objects.create(
        id="00000000-0000-0000-0000-000000000001", name="cases.CaseFiled", told=True,
        payload=Event.objects.filter(name="cases.CaseFiled", told=False).get().payload,
    )  # fmt: skip
    Tally.objects.all().delete()
    Count.objects.create(day=timezone.localdate(), institution=1, level=DETAIL, received=99)
    recount()
    # What was lost or wrong is mended.
    assert counted() == {"received": 1}
    tell()
    assert counted() == {"received": 2, "closed": 1, "on_time": 1}
    # What our own handler failed on is told again later, so it is left out as well.
    Failure.objects.create(event=failed, handler="analytics.count", error="", next_at=timezone.now())
    recount()
    assert counted() == {"received": 1, "closed": 1, "on_time": 1}
    retry()
    assert counted() == {"received": 2, "closed": 1, "on_time": 1}


@pytest.mark.django_db(transaction=True)
def test_counting_again_while_events_are_being_told(file, desk):
    actions.decide(file(), by=desk, text="답변")
    told, go_on = threading.Event(), threading.Event()

    def tell_slowly():
        with transaction.atomic():
            deliver()
            told.set()
            go_on.wait(10)
        connection.close()

    worker = threading.Thread(target=tell_slowly)
    worker.start()
    assert told.wait(10)
    recount()
    go_on.set()
    worker.join()
    assert counted() == {"received": 1, "closed": 1, "on_time": 1}
