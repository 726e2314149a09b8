"""The pages of a form: what is asked, shown, taken and told, with and without JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from madang.kernel.common.errors import Invalid
from madang.kernel.procedures.forms import PageForm, asked_pages, clean_data, page_of
from madang.kernel.procedures.rules import Procedure
from madang.kernel.procedures.rules.answers import check

from .conftest import TODAY, example


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def page(
    demo: Procedure, number: int, sent: dict[str, Any] | None = None, answers: Any = None, **rest: Any
) -> PageForm:
    data = None
    if sent is not None:
        data = QueryDict(mutable=True)
        for name, value in sent.items():
            data.setlist(name, value if isinstance(value, list) else [value])
    return PageForm(demo, number, answers=answers or {}, data=data, today=TODAY, **{"language": "en", **rest})


def told(form: Any) -> dict[str, list[str]]:
    """The errors of a form by the paths of its fields."""
    return {name.removeprefix("."): [*texts] for name, texts in form.errors.items()}


FIRST = {"title": " A lamp ", "kind": "road", "which": "ignored", "body": "It is dark."}


def test_a_page_takes_its_answers_and_keeps_those_of_others(demo: Procedure):
    form = page(demo, 0, FIRST, {"cost": 3, "title": "before"})
    assert form.is_valid()
    assert form.answers == {"cost": 3, "title": "A lamp", "kind": "road", "body": "It is dark."}


def test_a_page_tells_beside_each_input_what_is_wrong(demo: Procedure):
    form = page(demo, 0, {"title": "x" * 61, "kind": "other", "body": ""})
    assert not form.is_valid()
    assert told(form) == {
        "title": ["Shorten this to 60 characters; it has 61."],
        "which": ["Answer this question."],
        "body": ["Answer this question."],
    }
    assert form.answers == {"kind": "other"}


def test_pages_and_programs_are_told_the_same(demo: Procedure):
    sent = {"size": "x", "cost": "-1", "seen_on": "2027-01-01", "hours": ["noon"], "lamp": "perhaps"}
    form = page(demo, 1, sent)
    assert not form.is_valid()
    with translation.override("en"), pytest.raises(Invalid) as refused:
        clean_data(demo, example(demo, 0) | sent, None, today=TODAY)
    assert told(form) == refused.value.fields


def test_a_condition_on_the_same_page_is_left_to_the_browser_and_checked_by_the_server(demo: Procedure):
    form = page(demo, 1)
    assert form.fields[".lamp"].show_when == {"hours": ["night"]}
    assert page(demo, 1, {"hours": ["day"], "lamp": "true"}).is_valid()
    form = page(demo, 1, {"hours": ["day"], "lamp": "true"})
    assert form.is_valid()
    assert form.answers == {"hours": ["day"]}


def test_what_earlier_answers_exclude_is_not_shown_at_all(demo: Procedure):
    assert ".place.lat" in page(demo, 2, answers={"kind": "road"}).fields
    assert ".place.lat" not in page(demo, 2, answers={"kind": "other"}).fields


def test_pages_on_which_nothing_is_asked_are_passed_over(demo: Procedure):
    steps = (demo.steps[0], demo.steps[1], demo.steps[2].model_copy(update={"fields": ("place",)}))
    shorter = demo.model_copy(update={"steps": steps})
    assert asked_pages(shorter, {"kind": "road"}) == [0, 1, 2]
    assert asked_pages(shorter, {"kind": "other"}) == [0, 1]
    assert asked_pages(demo, {}) == [0, 1, 2, 3]


def test_an_address_is_three_inputs_and_one_answer(demo: Procedure):
    form = page(
        demo, 2, {"home.street": "세종대로 110", "home.detail": "", "home.postcode": "04524"}, {"kind": "other"}
    )
    assert form.is_valid()
    assert form.answers["home"] == {"street": "세종대로 110", "postcode": "04524"}
    empty = page(demo, 2, {"home.street": ""}, {"kind": "other"})
    assert not empty.is_valid()
    assert told(empty) == {"home.street": ["Answer this question."]}


ROWS = {
    "witnesses-TOTAL_FORMS": "2", "witnesses-INITIAL_FORMS": "0", "witnesses-0-name": "김", "witnesses-1-name": "",
    "damages-TOTAL_FORMS": "3", "damages-INITIAL_FORMS": "0", "damages-0-what": "창문", "damages-0-paid": "true",
    "damages-0-amount": "5,000", "damages-2-what": "문",
}  # fmt: skip


def test_rows_that_were_left_empty_are_no_answers(demo: Procedure):
    form = page(demo, 3, ROWS)
    assert form.is_valid()
    assert form.answers == {
        "witnesses": [{"name": "김"}],
        "damages": [{"what": "창문", "paid": True, "amount": 5000}, {"what": "문"}],
    }


def test_what_is_wrong_in_a_row_is_told_in_that_row(demo: Procedure):
    form = page(demo, 3, ROWS | {"witnesses-1-phone": "1", "damages-0-amount": "", "damages-1-amount": "3"})
    assert not form.is_valid()
    witnesses, damages = form.formsets["witnesses"], form.formsets["damages"]
    assert told(witnesses.forms[1])["name"] == ["Answer this question."]
    assert "phone" in told(witnesses.forms[1])
    assert told(damages.forms[0]) == {"amount": ["Answer this question."]}
    assert form.non_field_errors()[-1] == "Damages 1 · Amount: Answer this question."


def test_more_rows_than_allowed_are_refused(demo: Procedure):
    many = ROWS | {"witnesses-TOTAL_FORMS": "9999"} | {f"witnesses-{at}-name": "김" for at in range(10)}
    form = page(demo, 3, many)
    assert not form.is_valid()
    assert form.non_field_errors() == ["Witnesses: At most 3 can be entered."]
    assert len(form.formsets["witnesses"].forms) == 4


def test_a_forged_form_of_rows_changes_nothing(demo: Procedure):
    form = page(demo, 3, {"witnesses-TOTAL_FORMS": "-5", "damages-TOTAL_FORMS": "x"})
    assert form.is_valid()
    assert form.answers == {}


def test_one_more_row_without_javascript_keeps_what_was_written_and_judges_nothing(demo: Procedure):
    form = page(demo, 3, ROWS | {"email": "not yet"})
    form.add_row("witnesses")
    assert form.formsets["witnesses"].total_form_count() == 3
    html = render_to_string("procedures/page.html", {"form": form})
    assert 'name="witnesses-2-name"' in html
    assert 'value="not yet"' in html
    assert "Answer this question." not in html
    form.add_row("witnesses")
    form.add_row("nothing")
    assert form.formsets["witnesses"].total_form_count() == 3


def test_answers_come_back_into_their_inputs(demo: Procedure):
    data = check(demo.form, example(demo, 1), TODAY).data | {"hours": ["night"], "lamp": False, "seen_on": "2026-01-31"}
    html = "".join(
        render_to_string("procedures/page.html", {"form": page(demo, number, answers=data)}) for number in range(4)
    )
    for value in (
        "기타",
        "12.5",
        "30000",
        "2026-01-31",
        "세종대로 110",
        "04524",
        "hong@example.org",
        "김목격",
        "1980-05-05",
        "창문",
    ):
        assert f'value="{value}"' in html
    checked = re.findall(r'<input[^>]*name="(\w+)"[^>]*value="(\w+)"[^>]*checked', html)
    assert {("kind", "other"), ("hours", "night"), ("lamp", "false")} <= set(checked)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("number", range(4))
def test_every_page_is_labelled_in_each_language(demo: Procedure, language: str, number: int):
    with translation.override(language):
        form = page(demo, number, answers={"kind": "road"}, language=None)
        html = render_to_string("procedures/page.html", {"form": form})
    for field in demo.pages[number]:
        if field.id != "which":
            assert field.label.text(language) in html
    inputs = re.findall(
        r'<(?:input|select|textarea)[^>]*?id="([^"]+)"', re.sub(r'<input type="hidden"[^>]*>', "", html)
    )
    labels = set(re.findall(r'<label[^>]*for="([^"]+)"', html))
    assert inputs
    assert [one for one in inputs if one not in labels and "TOTAL" not in one and "FORMS" not in one] == []
    assert form.title == demo.steps[number].title.text(language)


def test_what_people_write_is_shown_as_text(demo: Procedure):
    evil = '"><script>alert(1)</script>'
    form = page(demo, 0, FIRST | {"title": evil, "body": evil, "kind": evil})
    form.is_valid()
    assert "<script>" not in render_to_string("procedures/page.html", {"form": form})


def test_the_page_of_a_field_is_found_for_its_mistake(demo: Procedure):
    assert [page_of(demo, path) for path in ("title", "home.street", "damages.1.what", "form")] == [0, 2, 3, 0]


@pytest.fixture
def picture(citizen: Any) -> Any:
    from madang.kernel.documents.models import File

    return File.objects.create(
        owner=citizen, name="lamp.png", content_type="image/png", size=3, sha256="0" * 64, path="x"
    )


def test_files_are_their_persons_own(demo: Procedure, citizen: Any, stranger: Any, picture: Any):
    sent = {"files": [str(picture.token)], **ROWS}
    mine = page(demo, 3, sent, person=citizen)
    assert mine.is_valid()
    assert mine.answers["files"] == [str(picture.token)]
    assert not page(demo, 3, sent, person=stranger).is_valid()
    data = example(demo, 0) | {"files": [str(picture.token)]}
    assert clean_data(demo, data, citizen, today=TODAY)["files"] == [str(picture.token)]
    for person in (stranger, None):
        with pytest.raises(Invalid) as refused:
            clean_data(demo, data, person, today=TODAY)
        assert [*refused.value.fields] == ["files"]


def test_a_form_without_pages_of_its_own_is_divided_evenly(demo: Procedure):
    divided = demo.model_copy(update={"steps": ()})
    assert [len(fields) for fields in divided.pages] == [5, 5, 5, 4]
    assert page(divided, 0).title == ""


def test_fields_may_be_called_like_anything_a_form_has(demo: Procedure):
    names = (
        "title",
        "errors",
        "data",
        "fields",
        "blocks",
        "page",
        "answers",
        "files",
        "is_valid",
        "prefix",
        "formsets",
    )
    text = demo.form[0]
    form = demo.model_copy(update={"form": tuple(text.model_copy(update={"id": name}) for name in names), "steps": ()})
    sent = page(form, 0, dict.fromkeys(names, "x"))
    assert sent.is_valid()
    assert sent.answers == dict.fromkeys(names[:6], "x")
    html = render_to_string("procedures/page.html", {"form": page(form, 1, answers={"data": "x"})})
    assert re.findall(r'name="(\w+)"', html) == [*names[6:]]
    shown = Template("{{ form.title }}|{{ form.errors }}|{{ form.data }}").render(Context({"form": sent}))
    assert "<input" not in shown
