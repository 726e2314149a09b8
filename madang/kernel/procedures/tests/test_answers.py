"""What the check of a filled form keeps, and what it refuses with which words."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from madang.kernel.procedures.rules import AnyField, Procedure
from madang.kernel.procedures.rules.answers import MOST_CHARACTERS, check, is_asked
from madang.kernel.procedures.rules.schema import form_schema
from madang.kernel.procedures.rules.shown import Shown, shown

from .conftest import TODAY, example

LABEL = {"ko": "질문", "en": "Question"}
OPTIONS = [{"value": value, "label": LABEL} for value in ("a", "b", "c")]
FORM = TypeAdapter(tuple[AnyField, ...])


def form(*fields: dict[str, Any]) -> tuple[AnyField, ...]:
    return FORM.validate_python([{"id": "x", "label": LABEL} | field for field in fields])


def kept(field: dict[str, Any], value: Any) -> Any:
    checked = check(form(field), {"x": value}, TODAY)
    assert checked.wrong == {}
    return checked.data.get("x")


def refused(field: dict[str, Any], value: Any, at: str = "x") -> str:
    checked = check(form(field), {"x": value}, TODAY)
    assert at in checked.wrong
    return checked.wrong[at].text()


KEPT = [
    ("text", "  가나\t 다 ", "가나 다"),
    ("text", "\u1112\u1161\u11ab글", "한글"),
    ("text", "   ", None),
    ("text", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("textarea", "a\r\nb\rc\n ", "a\nb\nc"),
    ("number", "1,200", 1200),
    ("number", " １２ ", 12),
    ("number", 12.0, 12),
    ("number", "−3", -3),
    ("number", "", None),
    ("money", "30,000", 30000),
    ("date", "2026-01-31", "2026-01-31"),
    ("date", date(2026, 1, 31), "2026-01-31"),
    ("date", "", None),
    ("yesno", "true", True),
    ("yesno", False, False),
    ("yesno", "", None),
    ("email", " hong@example.org ", "hong@example.org"),
    ("phone", "010 1234.5678", "010-1234-5678"),
    ("phone", "+82 2 120", "+82-2-120"),
    ("phone", "120", "120"),
    ("file", ["abc", "abc", "def"], ["abc", "def"]),
    ("file", [], None),
    ("address", "세종대로 110", {"street": "세종대로 110"}),
    ("address", {"street": "", "detail": "  "}, None),
    ("place", "시청 앞", {"address": "시청 앞"}),
    ("place", {"lat": "37.5665", "lon": 126.978, "division": "1114000000"},
     {"lat": 37.5665, "lon": 126.978, "division": "1114000000"}),
    ("people", [{"name": "김"}, {}, {"name": "이", "phone": ""}], [{"name": "김"}, {"name": "이"}]),
    ("people", ["김", "이"], [{"name": "김"}, {"name": "이"}]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sent", "expected"), KEPT)
def test_an_answer_is_kept_in_one_spelling(kind: str, sent: Any, expected: Any):
    assert kept({"type": kind}, sent) == expected


CONTROL = "The text contains invisible control characters. Type it again instead of pasting it."
REFUSED = [
    ({"type": "text"}, 3, "Write text here."),
    ({"type": "text"}, ["a"], "Write text here."),
    ({"type": "text"}, "a\x00b", CONTROL),
    ({"type": "text"}, "\ud800", CONTROL),
    ({"type": "text", "max_length": 3}, "가나다라", "Shorten this to 3 characters; it has 4."),
    ({"type": "textarea"}, "a" * 10_001, "Shorten this to 10000 characters; it has 10001."),
    ({"type": "number"}, "viel", "Write a number in digits, for example 1200."),
    ({"type": "number"}, "1,2", "Write a number in digits, for example 1200."),
    ({"type": "number"}, True, "Write a number in digits, for example 1200."),
    ({"type": "number"}, float("nan"), "Write a number in digits, for example 1200."),
    ({"type": "number"}, float("inf"), "The largest number here is 1000000000000000."),
    ({"type": "number"}, 10**400, "The largest number here is 1000000000000000."),
    ({"type": "number"}, "1" * 5000, "Write a number in digits, for example 1200."),
    ({"type": "number"}, 1.5, "Write a whole number."),
    ({"type": "number", "decimals": 1}, "1.25", "Write at most 1 digits after the point."),
    ({"type": "number", "min": 3}, 2, "The smallest number here is 3."),
    ({"type": "number", "max": 3}, 4, "The largest number here is 3."),
    ({"type": "money"}, -1, "The smallest number here is 0."),
    ({"type": "date"}, "31.1.2026", "Write the date as year-month-day, for example 2026-01-31."),
    ({"type": "date"}, "2026-02-30", "Write the date as year-month-day, for example 2026-01-31."),
    ({"type": "date"}, 20260131, "Write the date as year-month-day, for example 2026-01-31."),
    ({"type": "date", "not_after": "today"}, "2026-03-03", "The latest day here is 2026-03-02."),
    ({"type": "date", "not_before": "2026-01-01"}, "2025-12-31", "The earliest day here is 2026-01-01."),
    ({"type": "choice", "options": OPTIONS}, "d", "Choose one of the answers."),
    ({"type": "choice", "options": OPTIONS}, ["a"], "Choose one of the answers."),
    ({"type": "choices", "options": OPTIONS}, ["a", "d"], "Choose from the answers."),
    ({"type": "choices", "options": OPTIONS}, [["a"]], "Choose from the answers."),
    ({"type": "yesno"}, "ja", "Choose yes or no."),
    ({"type": "yesno"}, 1, "Choose yes or no."),
    ({"type": "email"}, "hong", "Write the whole e-mail address, for example name@example.org."),
    ({"type": "email"}, "a@b@c.org", "Write the whole e-mail address, for example name@example.org."),
    ({"type": "phone"}, "12", "Write the telephone number in digits, for example 010-1234-5678."),
    ({"type": "file"}, ["../etc/passwd"], "Name uploaded files here."),
    ({"type": "file", "max_files": 1}, ["a", "b"], "Attach at most 1 files."),
    ({"type": "people"}, {"name": "김"}, "Send a list here."),
    ({"type": "people", "repeat": {"max": 1}}, [{"name": "김"}, {"name": "이"}], "At most 1 can be entered."),
    ({"type": "people", "repeat": {"min": 2}}, [{"name": "김"}], "Enter at least 2."),
    ({"type": "text", "required": True}, " ", "Answer this question."),
    ({"type": "people", "required": True}, [{}], "Answer this question."),
    ({"type": "address", "required": True}, {}, "Answer this question."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "sent", "told"), REFUSED, ids=[f"{f['type']}-{i}" for i, (f, _s, _t) in enumerate(REFUSED)]
)
def test_a_wrong_answer_is_refused_with_what_to_do(field: dict[str, Any], sent: Any, told: str):
    assert refused(field, sent) == told


def test_parts_are_told_beside_themselves():
    assert refused({"type": "address"}, {"detail": "3층"}, "x.street") == "Answer this question."
    assert refused({"type": "people"}, [{"name": "김"}, {"phone": "120"}], "x.1.name") == "Answer this question."
    assert refused({"type": "place"}, {"lat": 37.5}, "x.lon") == "A point on the map needs latitude and longitude."
    assert refused({"type": "place"}, {"lat": 91, "lon": 0}, "x.lat") == "The largest number here is 90."


def test_choices_are_kept_in_the_order_of_the_form():
    assert kept({"type": "choices", "options": OPTIONS}, ["c", "a", "c"]) == ["a", "c"]


def test_names_that_are_not_in_the_form_are_refused():
    checked = check(form({"type": "text", "id": "title"}), {"titel": "x", "evil": 1}, TODAY)
    assert {name: wrong.text() for name, wrong in checked.wrong.items()} == {
        "titel": "There is no field of this name. Did you mean “title”?",
        "evil": "There is no field of this name. Leave it out.",
    }


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_only_an_object_is_a_form(data: Any):
    assert [*check(form({"type": "text"}), data, TODAY).wrong] == ["form"]


def test_a_form_that_is_too_large_is_refused_as_a_whole():
    many = {"x": [{"name": "김" * 1000}] * (MOST_CHARACTERS // 1000)}
    assert [*check(form({"type": "people"}), many, TODAY).wrong] == ["form"]


def test_what_is_not_asked_is_neither_required_nor_kept():
    fields = form(
        {"id": "kind", "type": "choice", "options": OPTIONS},
        {"id": "extra", "type": "yesno", "required": True, "when": {"kind": ["b", "c"]}},
        {"id": "more", "type": "text", "required": True, "when": {"extra": True}},
    )
    assert check(fields, {"kind": "a", "extra": True, "more": "x"}, TODAY).data == {"kind": "a"}
    assert check(fields, {"kind": "b", "extra": False, "more": "x"}, TODAY).data == {"kind": "b", "extra": False}
    assert [*check(fields, {"kind": "b", "extra": True}, TODAY).wrong] == ["more"]
    assert check(fields, {"extra": "nonsense", "more": 3}, TODAY).wrong == {}


def test_several_conditions_must_all_hold_and_choices_hold_by_any_of_them():
    (field,) = form({"type": "text", "when": {"a": ["x", "y"], "b": True}})
    assert is_asked(field, {"a": ["z", "y"], "b": True})
    assert not is_asked(field, {"a": ["z", "y"], "b": False})
    assert not is_asked(field, {"a": ["z"], "b": True})
    assert not is_asked(field, {"b": True})


def test_a_form_still_being_written_may_lack_answers(demo: Procedure):
    assert check(demo.form, {"title": "a"}, TODAY, complete=False).wrong == {}
    assert [*check(demo.form, {"title": 3}, TODAY, complete=False).wrong] == ["title"]


@pytest.mark.parametrize("number", [0, 1])
def test_the_schema_for_programs_accepts_what_the_form_accepts(demo: Procedure, number: int):
    data = check(demo.form, example(demo, number), TODAY).data
    for language in ("ko", "en"):
        schema = form_schema(demo, language)
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(data)


def test_the_schema_for_programs_refuses_what_the_form_refuses(demo: Procedure):
    validator = Draft202012Validator(form_schema(demo, "en"))
    good = check(demo.form, example(demo, 1), TODAY).data
    for change in (
        {"title": None}, {"which": None}, {"kind": "sea"}, {"size": -1}, {"damages": [{"paid": True, "what": "x"}]},
        {"nonsense": 1}, {"files": ["a", "b", "c"]}, {"home": {"detail": "3층"}},
    ):  # fmt: skip
        bad = {name: value for name, value in (good | change).items() if value is not None}
        assert not validator.is_valid(bad)
        assert check(demo.form, bad, TODAY).wrong


def test_answers_are_shown_as_people_read_them(demo: Procedure):
    lines = shown(demo.form, check(demo.form, example(demo, 1), TODAY).data, "en")
    assert lines[0] == Shown("title", "text", "Title", "기타")
    assert [(line.label, line.text) for line in lines[1:5]] == [
        ("Kind", "Other"), ("Which one?", "소음"), ("Text", "시끄럽습니다."), ("Area (㎡)", "12.5"),
    ]  # fmt: skip
    assert ("cost", "30,000") in [(line.path, line.text) for line in lines]
    assert [(line.path, line.label, line.text) for line in lines if line.path.startswith("damages")] == [
        ("damages.0.what", "Damages 1 · What", "창문"),
        ("damages.0.paid", "Damages 1 · Was it paid?", "Yes"),
        ("damages.0.amount", "Damages 1 · Amount", "50,000"),
        ("damages.1.what", "Damages 2 · What", "문"),
    ]
    assert [(line.path, line.text) for line in lines if line.type == "address"] == [
        ("home", "세종대로 110, 3층 (04524)")
    ]
    places = (
        {"lat": 37.5, "lon": 127, "address": "시청"},
        {"lat": 37.5, "lon": 127},
        {"address": "시청"},
        {"division": "11"},
    )
    assert [shown(demo.form, {"place": place}, "en")[0].text for place in places] == [
        "시청 (37.5, 127)", "37.5, 127", "시청", "",
    ]  # fmt: skip
    files = shown(demo.form, {"files": ["a", "b"], "hours": ["day", "night"]}, "ko")
    assert files == [
        Shown("hours", "choices", "시간대", "낮, 밤"),
        Shown("files", "file", "사진", "", ("a", "b")),
    ]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["road", "other", "true"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(data=st.data())
def test_whatever_is_sent_the_check_answers_and_what_it_keeps_it_would_keep_again(demo: Procedure, data: st.DataObject):
    names = [field.id for field in demo.form]
    sent = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), JSON, max_size=10))
    base = example(demo, data.draw(st.sampled_from([0, 1])))
    checked = check(demo.form, base | sent, TODAY)
    assert json.loads(json.dumps(checked.data)) == checked.data
    assert all(wrong.text() and "%(" not in wrong.text() for wrong in checked.wrong.values())
    again = check(demo.form, checked.data, TODAY, complete=False)
    assert again.data == checked.data
    if not checked.wrong:
        assert check(demo.form, checked.data, TODAY).wrong == {}
        json.dumps(checked.data, ensure_ascii=False).encode()
