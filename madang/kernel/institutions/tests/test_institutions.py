"""Institutions: founded, revised, listed whole; posts and the calendar that follow from them."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from madang.kernel.audit.models import Record
from madang.kernel.common.clock import due_at
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.explained import due_explained
from madang.kernel.common.wording import explain
from madang.kernel.common.worktime import Period
from madang.kernel.events.models import Event
from madang.kernel.identity.models import Person
from madang.kernel.institutions import actions
from madang.kernel.institutions.models import DayOff, Department, Institution, Post
from madang.kernel.institutions.queries import desk_of, posts_of, shape, working_calendar
from madang.kernel.institutions.rules import COLUMNS, circle_in

SEOUL = ZoneInfo("Asia/Seoul")
HEAD = "code,name,name_en,kind,parent,division,homepage,phone,source\n"


def test_a_new_institution_has_a_desk(operator):
    new = actions.found(Institution(code="new", name="새 기관", kind="agency"), by=operator)
    assert desk_of(new).is_desk
    assert Record.objects.order_by("-id")[0].action == "institutions.found"


def test_a_code_is_given_once(town, operator):
    with pytest.raises(Invalid):
        actions.found(Institution(code="town", name="또", kind="city"), by=operator)


@pytest.mark.refuses("institutions.found")
@pytest.mark.refuses("institutions.revise")
@pytest.mark.refuses("institutions.arrange")
@pytest.mark.refuses("institutions.appoint")
@pytest.mark.refuses("institutions.load_institutions")
@pytest.mark.refuses("institutions.load_divisions")
@pytest.mark.refuses("institutions.load_departments")
def test_only_operators_keep_institutions(town, citizen, manager):
    before = list(Institution.objects.values())
    for by in (citizen, manager):
        for act in (
            lambda by: actions.found(Institution(code="mine", name="x", kind="city"), by=by),
            lambda by: actions.revise(town, by=by, name="x"),
            lambda by: actions.arrange(Department(institution=town, code="x", name="x"), by=by),
            lambda by: actions.appoint(by, by=by, institution=town, role="manager"),
            lambda by: actions.load_institutions([(2, {"code": "x", "name": "x", "kind": "city"})], by=by),
            lambda by: actions.load_divisions([], by=by),
            lambda by: actions.load_departments([], {}, by=by),
        ):
            with pytest.raises(Refused):
                act(by)
    assert list(Institution.objects.values()) == before
    assert not Post.objects.filter(person=citizen).exists()


def test_an_institution_has_one_desk(town, operator):
    roads = town.departments.get(code="roads")
    roads.is_desk = True
    actions.arrange(roads, by=operator)
    assert list(town.departments.filter(is_desk=True)) == [roads]


def test_posts_end(town, operator, citizen):
    actions.appoint(citizen, by=operator, institution=town, role="officer", until=date(2020, 1, 1))
    assert posts_of(citizen) == []


def test_the_clock_follows_the_hours_and_days_off_of_the_institution(town, operator):
    received = datetime(2026, 2, 13, 10, tzinfo=SEOUL)  # a Friday; Seollal is 16-18 February
    week = Period.parse("7d")
    assert due_at(received, week, working_calendar(town)).astimezone(SEOUL).date() == date(2026, 2, 26)
    actions.announce_day_off(date(2026, 2, 20), by=operator, name="임시공휴일", source="관보")
    assert due_at(received, week, working_calendar(town)).astimezone(SEOUL).date() == date(2026, 2, 27)
    actions.revise(town, by=operator, opens=time(10), lunch_from=None, lunch_until=None)
    hours = due_at(datetime(2026, 2, 13, 9, tzinfo=SEOUL), Period.parse("3h"), working_calendar(town))
    assert hours.astimezone(SEOUL) == datetime(2026, 2, 13, 13, tzinfo=SEOUL)
    assert DayOff.objects.count() == 1


def load(tmp_path, text, *flags):
    file = tmp_path / "list.csv"
    file.write_text(HEAD + text, encoding="utf-8")
    out, err = StringIO(), StringIO()
    with suppress(SystemExit):
        call_command("import_institutions", str(file), *flags, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_a_list_is_loaded_and_loaded_again(db, tmp_path):
    text = "kid,아이,,agency,root,,,,\nroot,뿌리,Root,state,,,https://root.example,110,test\n"
    assert load(tmp_path, text)[0] == "new 2, changed 0, same 0, refused 0"
    assert Institution.objects.get(code="kid").parent.code == "root"
    assert load(tmp_path, text)[0] == "new 0, changed 0, same 2, refused 0"
    assert load(tmp_path, text.replace("아이", "어른"))[0] == "new 0, changed 1, same 1, refused 0"
    assert Department.objects.filter(is_desk=True).count() == 2


def test_a_dry_run_changes_nothing(db, tmp_path):
    assert load(tmp_path, "root,뿌리,,state,,,,,\n", "--dry-run")[0] == "would be new 1, changed 0, same 0, refused 0"
    assert not Institution.objects.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,,,city,,,,,", "name"),
        ("A B,이름,,city,,,,,", "A B"),
        ("a,이름,,castle,,,,,", "castle"),
        ("a,이름,,city,nowhere,,,,", "nowhere"),
        ("a,이름,,city,,9999999999,,,", "9999999999"),
        ("a,이름,,city,,,ftp://x,,", "ftp://x"),
        ("good,이름,,city,,,,,", "2"),
        (f"a,{'가' * 121},,city,,,,,", "120"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_loaded(db, tmp_path, line, reason):
    told, wrong = load(tmp_path, f"good,좋은 기관,,city,,,,,\n{line}\n")
    assert told == "new 1, changed 0, same 0, refused 1"
    assert "list.csv:3:" in wrong
    assert reason in wrong
    assert list(Institution.objects.values_list("code", flat=True)) == ["good"]


def test_circles_are_found():
    assert circle_in({"a": "b", "b": "c", "c": ""}) == []
    assert set(circle_in({"a": "b", "b": "c", "c": "b"})) == {"b", "c"}


PACK = {
    "divisions.csv": "code,name,full_name,name_en,level,parent,since,until",
    "institutions.csv": ",".join(COLUMNS) + "\nroot,나라,Land,state,,,,,",
    "departments.csv": "institution,code,name,name_en,competence,is_desk",
    "departments_by_kind.csv": "kind,code,name,name_en,competence,is_desk",
    "competences.csv": "code,competence",
    "competences_by_kind.csv": "kind,competence",
}
DAYS = "date,name,name_en,announced_on,source\n"
ONE_DAY = "2026-02-20,임시공휴일,Temporary public holiday,2026-02-10,인사혁신처 공고"


@pytest.fixture
def pack(db, tmp_path):
    """`pack(lines)` takes over a small country whose list of days off has these lines."""

    def load(lines):
        for name, text in (PACK | {"holidays_announced.csv": DAYS + lines}).items():
            (tmp_path / name).write_text(text + "\n", encoding="utf-8")
        out = StringIO()
        call_command("load_country", str(tmp_path), stdout=out)
        return out.getvalue()

    return load


def test_days_off_of_the_pack_are_announced_once(pack, recorded):
    assert "1 days off" in pack(ONE_DAY)
    off = DayOff.objects.get()
    assert (off.date, off.name, off.name_en) == (date(2026, 2, 20), "임시공휴일", "Temporary public holiday")
    assert (off.announced_on, off.source, off.institution) == (date(2026, 2, 10), "인사혁신처 공고", None)
    assert not working_calendar(None).days.works(date(2026, 2, 20))
    pack(ONE_DAY)
    assert recorded().count("institutions.announce_day_off") == 1
    assert DayOff.objects.count() == 1


def test_what_is_said_of_a_known_day_is_brought_up_to_date_and_winds_no_clock(pack):
    pack(ONE_DAY)
    told = Event.objects.filter(name="institutions.DayOffAnnounced")
    pack(ONE_DAY.replace("인사혁신처 공고", "인사혁신처 공고 제2026-1호") + "\n2026-06-04,임시공휴일,,,관보")
    assert {off.date: off.source for off in DayOff.objects.all()} == {
        date(2026, 2, 20): "인사혁신처 공고 제2026-1호",
        date(2026, 6, 4): "관보",
    }
    assert [event.payload["date"] for event in told.order_by("id")] == ["2026-02-20", "2026-06-04"]


def test_a_day_off_is_named_in_both_languages(pack):
    pack(ONE_DAY)
    lines = due_explained(datetime(2026, 2, 19, 10, tzinfo=SEOUL), Period.parse("7d"), working_calendar(None)).lines
    for language, name in (("ko", "임시공휴일"), ("en", "Temporary public holiday")):
        with override(language):
            assert name in " ".join(explain(lines, language))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",임시공휴일,,,관보", "date"),
        ("2026-02-20,,,,관보", "name"),
        ("2026-02-20,임시공휴일,,,", "source"),
        ("2026.02.20,임시공휴일,,,관보", "2026.02.20"),
        ("2026-02-30,임시공휴일,,,관보", "2026-02-30"),
        ("2026-02-20,임시공휴일,,어제,관보", "어제"),
        (f"2026-02-20,{'가' * 121},,,관보", "120"),
        ("2026-03-03,다시,,,관보", "2026-03-03"),
    ],
)
def test_a_bad_day_is_named_by_its_line_and_nothing_is_taken_over(pack, line, reason):
    with pytest.raises(CommandError) as refused:
        pack(f"2026-03-03,임시공휴일,,,관보\n{line}")
    told = next(one for one in str(refused.value).splitlines() if one.startswith("holidays_announced.csv:3:"))
    assert reason in told
    assert not DayOff.objects.exists()
    assert not Institution.objects.exists()


@pytest.mark.slow
def test_the_country_pack_loads_whole_and_twice(db):
    first = actions.load_country(settings.COUNTRY_PACK)
    assert first["institutions"] == Institution.objects.count() >= 924
    assert Institution.objects.filter(competence="").count() == 0
    assert Department.objects.filter(is_desk=True).count() == first["institutions"]
    assert actions.load_country(settings.COUNTRY_PACK) == first
    assert Institution.objects.count() == first["institutions"]


def test_the_map_places_a_point():
    provinces = shape("provinces", "en")
    west, south, east, north = provinces["bounds"]
    assert west < 126.98 < east
    assert south < 37.57 < north
    assert {one["code"]: one["name"] for one in provinces["divisions"]}["1100000000"] == "Seoul"


def test_who_never_held_a_post_is_not_asked_again_and_again(make_person, town, django_assert_num_queries):
    person = make_person("Newcomer")
    assert posts_of(person) == []
    with django_assert_num_queries(0):
        assert posts_of(Person(pk=person.pk)) == []
    actions.appoint(person, by=None, institution=town, role="desk")
    again = Person.objects.get(pk=person.pk)
    assert [post.role for post in posts_of(again)] == ["desk"]
    Post.objects.filter(person=person).update(until=timezone.localdate() - timedelta(days=1))
    assert posts_of(Person.objects.get(pk=person.pk)) == []
