"""A case's life as chance would have it: people of every kind do right and wrong things to it, and what must hold, holds."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.jobs import wind_clocks
from madang.kernel.cases.models import (
    Case,
    Clock,
    Entry,
    Extension,
    Feedback,
    FollowUp,
    Note,
    Pause,
    Result,
    Supplement,
    Transfer,
)
from madang.kernel.cases.queries import by_number, visible_to
from madang.kernel.common.errors import DomainError
from madang.kernel.common.memory import forget
from madang.kernel.common.moment import as_of
from madang.kernel.events.models import Event
from madang.kernel.institutions.actions import announce_day_off
from madang.kernel.institutions.queries import working_calendar

from .conftest import bounded

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEOUL = ZoneInfo("Asia/Seoul")
FACTS = (Clock, Pause, Entry, Extension, Transfer, Supplement, Result, Feedback, FollowUp, Note)
DAYS = 7
# Mostly somebody whose turn it is, and mostly something sensible: else nothing would ever get far.
WHO = st.sampled_from(
    ["right"] * 12 + ["applicant", "officer", "desk", "manager", "stranger", "outsider", "auditor", "operator"]
)
OF_THE_APPLICANT = frozenset({"reply", "consent", "withdraw", "rate", "follow_up"})
TEXT = st.sampled_from(["신호를 늘렸습니다."] * 6 + ["", "  ", "x" * 500])
PERIOD = st.sampled_from(["3d", "7d", "7d", "8d", "0d", "", "once", "1m", "9999999999d"])


class Life(RuleBasedStateMachine):
    """One case. `people`, `version`, `town` and `ministry` are given by the test."""

    people: dict[str, Any]
    version: Any
    town: Any
    ministry: Any

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.now = datetime(2026, 3, 2, 10, 0, tzinfo=SEOUL)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)
        forget()

    @initialize(
        public=st.booleans(), begin=st.sampled_from(["filed", "consent asked", "proposed", "answered", "rated"])
    )
    def filed(self, public: bool, begin: str) -> None:
        """Filed, and at times already some way on, so that the late parts of a life come about as often as the early."""
        data = {"title": "가로등", "body": "꺼져 있습니다."}
        with as_of(self.now):
            made = actions.file(
                self.version, by=self.people["applicant"], data=data, institution=self.town, is_public=public
            )
        self.key, self.number = made.pk, made.number
        if begin == "consent asked":
            for _twice in range(2):
                self.extend("right", "7d", "현장 확인")
        elif begin == "proposed":
            self.transfer("right", back=False, reason="소관")
            self.decide("right", "늘렸습니다.", "")
        elif begin in ("answered", "rated"):
            self.decide("right", "늘렸습니다.", "")
        if begin == "rated":
            self.rate("right", 1, "")

    @property
    def case(self) -> Case:
        return Case.objects.select_related("institution", "version").get(pk=self.key)

    def do(self, name: str, who: str, act: Callable[[Any], Any]) -> None:
        """Tries an act: done, it is on record once; refused, nothing is changed at all."""
        if who == "right":
            here = "manager" if self.case.institution_id == self.town.pk else "outsider"
            who = "applicant" if name in OF_THE_APPLICANT else here
        self.now += timedelta(minutes=1)
        before, records = self.state(), Record.objects.count()
        try:
            with as_of(self.now):
                act(self.people[who])
        except DomainError:
            assert self.state() == before, f"{name} was refused and changed something"
            assert Record.objects.count() == records
        else:
            added = list(Record.objects.order_by("id").values_list("action", "subject")[records:])
            assert added == [(f"cases.{name}", added[0][1])], added

    def state(self) -> str:
        """All rows of all facts, as one hash."""
        tables = [model._meta.db_table for model in (*FACTS, Case, Event)]
        rows = " UNION ALL ".join(f"SELECT '{table}' || t::text AS r FROM {table} t" for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT md5(string_agg(r, '|' ORDER BY r)) FROM ({rows}) every")
            return str(cursor.fetchone()[0])

    @rule(hours=st.sampled_from([1, 5, 14, 24, 48, 100]))
    def time_passes(self, hours: int) -> None:
        self.now = min(self.now + timedelta(hours=hours), datetime(2026, 9, 1, tzinfo=SEOUL))

    @rule(day=st.integers(0, 40))
    def a_day_off_is_announced(self, day: int) -> None:
        off = (self.now + timedelta(days=day)).date()
        with as_of(self.now):
            announce_day_off(off, by=None, name="임시공휴일", source="관보", announced_on=self.now.date())
            wind_clocks(day=off.isoformat(), institution_id=None)

    @rule(who=WHO, to=st.sampled_from(["officer", "manager", "stranger", None]))
    def assign(self, who: str, to: str | None) -> None:
        person = self.people[to] if to else None
        self.do("assign", who, lambda by: actions.assign(self.case, by=by, to=person))

    @rule(who=WHO, back=st.booleans(), reason=TEXT)
    def transfer(self, who: str, back: bool, reason: str) -> None:
        to = self.town if back else self.ministry
        self.do("transfer", who, lambda by: actions.transfer(self.case, by=by, to=to, reason=reason))

    @rule(who=WHO, question=TEXT, days=st.sampled_from([None, 1, 30]))
    def ask(self, who: str, question: str, days: int | None) -> None:
        self.do("ask", who, lambda by: actions.ask(self.case, by=by, question=question, days=days))

    @precondition(lambda self: Supplement.objects.exists())
    @rule(who=WHO, text=TEXT)
    def reply(self, who: str, text: str) -> None:
        asked = Supplement.objects.order_by("-id")[0]
        self.do("reply", who, lambda by: actions.reply(asked, by=by, text=text))

    @rule(who=WHO, period=PERIOD, reason=TEXT)
    def extend(self, who: str, period: str, reason: str) -> None:
        self.do("extend", who, lambda by: actions.extend(self.case, by=by, period=period, reason=reason))

    @precondition(lambda self: Extension.objects.exists())
    @rule(who=WHO, agree=st.booleans())
    def consent(self, who: str, agree: bool) -> None:
        wanted = Extension.objects.order_by("-id")[0]
        self.do("consent", who, lambda by: actions.consent(wanted, by=by, agree=agree))

    @rule(who=WHO, text=TEXT, stage=st.sampled_from(["", "", "", "answered", "returned", "nowhere"]))
    def decide(self, who: str, text: str, stage: str) -> None:
        self.do("decide", who, lambda by: actions.decide(self.case, by=by, text=text, stage=stage))

    @rule(who=WHO, text=TEXT)
    def draft(self, who: str, text: str) -> None:
        self.do("draft", who, lambda by: actions.draft(self.case, by=by, text=text))

    @precondition(lambda self: Result.objects.exists())
    @rule(who=WHO, back=st.booleans(), reason=TEXT)
    def approve(self, who: str, back: bool, reason: str) -> None:
        result = Result.objects.order_by("-id")[0]
        if back:
            self.do("send_back", who, lambda by: actions.send_back(result, by=by, reason=reason))
        else:
            self.do("approve", who, lambda by: actions.approve(result, by=by))

    @rule(who=WHO, reason=TEXT)
    def withdraw(self, who: str, reason: str) -> None:
        if who not in ("right", "applicant") or len(reason) > 100:  # seldom: it ends the story
            self.do("withdraw", who, lambda by: actions.withdraw(self.case, by=by, reason=reason))

    @rule(who=WHO, score=st.sampled_from([1, 1, 2, 5, -1, 6]), comment=TEXT)
    def rate(self, who: str, score: int, comment: str) -> None:
        self.do("rate", who, lambda by: actions.rate(self.case, by=by, score=score, comment=comment))

    @rule(who=WHO, text=TEXT)
    def ask_again(self, who: str, text: str) -> None:
        self.do("follow_up", who, lambda by: actions.follow_up(self.case, by=by, text=text))

    @rule(who=WHO, to=st.sampled_from(["received", "in_progress", "answered", "nowhere"]))
    def advance(self, who: str, to: str) -> None:
        self.do("advance", who, lambda by: actions.advance(self.case, by=by, to=to))

    @rule(who=WHO, text=TEXT)
    def note(self, who: str, text: str) -> None:
        self.do("note", who, lambda by: actions.note(self.case, by=by, text=text))

    @invariant()
    def the_due_moment_is_what_the_facts_say(self) -> None:
        case = self.case
        running = list(case.clocks.filter(ended_at=None))
        assert len(running) == (1 if case.is_open else 0), "one clock runs over an open case, none over a closed one"
        for clock in running:
            assert clock.due_at == case.due_at == recount(clock)

    @invariant()
    def a_clock_is_stopped_once_at_most(self) -> None:
        assert Pause.objects.filter(clock__case=self.key, until=None).count() <= 1
        assert Supplement.objects.filter(case=self.key, replied_at=None).count() <= 1

    @invariant()
    def a_closed_case_is_quiet(self) -> None:
        case = self.case
        if not case.is_open:
            assert case.due_at is None
            assert case.definition.stages[case.stage].final

    @invariant()
    def the_timeline_is_in_order(self) -> None:
        times = list(Entry.objects.filter(case=self.key).order_by("id").values_list("at", flat=True))
        assert times == sorted(times)
        assert Record.objects.filter(subject=self.number).count() >= len(times)

    @invariant()
    def the_applicant_sees_it_and_a_stranger_does_not(self) -> None:
        assert by_number(self.people["applicant"], self.number).pk == self.key
        assert visible_to(self.people["applicant"]).filter(pk=self.key).exists()
        for who in ("stranger", "operator"):
            assert not visible_to(self.people[who]).filter(pk=self.key).exists()
            with pytest.raises(DomainError):
                by_number(self.people[who], self.number)


def recount(clock: Clock) -> datetime | None:
    """The due moment, counted day by day on the fingers: a working day counts if the clock ran all of it."""
    calendar = working_calendar(clock.institution)
    stood = [
        (one.since.astimezone(SEOUL).date(), one.until.astimezone(SEOUL).date() if one.until else date.max)
        for one in clock.pauses.all()
    ]
    wanted = DAYS + sum(int(one.period.removesuffix("d")) for one in clock.extensions.all() if one.is_in_force)
    day = clock.starts_at.astimezone(SEOUL).date()
    while wanted:
        if any(first <= day and last == date.max for first, last in stood):
            return None
        if calendar.days.works(day) and not any(first <= day <= last for first, last in stood):
            wanted -= 1
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL) - timedelta(microseconds=1)


def test_whatever_happens_to_a_case(
    again, version, town, ministry, citizen, stranger, operator, officer, desk, manager, outsider, auditor
):
    people = {
        "applicant": citizen, "stranger": stranger, "operator": operator, "officer": officer, "desk": desk,
        "manager": manager, "outsider": outsider, "auditor": auditor,
    }  # fmt: skip
    made = type("Life", (Life,), {"people": people, "version": version, "town": town, "ministry": ministry})
    for _round in again():
        run_state_machine_as_test(made, settings=bounded(28, in_rounds=True, stateful_step_count=35))
