"""Institutions: founded, revised, listed whole; posts and the calendar that follow from them."""

from contextlib import suppress
from datetime import date, datetime, time
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command

from madang.kernel.audit.models import Record
from madang.kernel.common.clock import due_at
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.worktime import Period
from madang.kernel.institutions import actions
from madang.kernel.institutions.models import DayOff, Department, Institution, Post
from madang.kernel.institutions.queries import desk_of, posts_of, shape, working_calendar
from madang.kernel.institutions.rules import circle_in

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
