# ruff: noqa: E501 - the messages are the table
"""What is said about each mistake in a definition, and on which line: these messages are what civil servants work with."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext

from madang.kernel.procedures.rules.reading import World, read

from .conftest import TEXT as DEMO

TODAY = date(2026, 3, 2)
TEXT = """\
id: tests.lamp
title: {ko: 가로등, en: Street lamp}
law: 시험법 제1조
deadline: {days: 7}
keep: {years: 5}
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - id: kind
    type: choice
    label: {ko: 종류, en: Kind}
    options:
      - {value: dark, label: {ko: 어두움, en: Dark}}
      - {value: other, label: {ko: 기타, en: Other}}
  - {id: which, type: text, label: {ko: 무엇, en: Which}, when: {kind: other}}
  - {id: seen_on, type: date, label: {ko: 본 날, en: Seen on}, not_after: today}
  - id: rows
    type: group
    label: {ko: 목록, en: List}
    fields:
      - {id: what, type: text, label: {ko: 무엇, en: What}}
    repeat: {min: 1, max: 3}
stages:
  received: {label: {ko: 접수, en: Received}, by: desk, then: [checked]}
  checked: {label: {ko: 검토, en: Checked}, by: officer, then: [done, returned]}
  done: {label: {ko: 완료, en: Done}, final: true}
examples:
  - {title: 첫째, kind: other, which: 전구, seen_on: today, rows: [{what: 하나}]}
"""


def mistakes(*changes: tuple[str, str], world: World | None = None) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read(text, world or World(TODAY)).lines("f")


def test_a_correct_definition_is_read():
    reading = read(TEXT, World(TODAY))
    assert reading.problems == ()
    assert reading.procedure is not None
    assert reading.procedure.deadline == "7d"
    assert [*reading.procedure.stages] == ["received", "checked", "done", "withdrawn", "returned"]


ONE_MISTAKE = [
    # Names of keys
    ("law:", "lawe:", "f:3: there is no key `lawe` here — did you mean “law”?"),
    ("law: 시험법 제1조\n", "", "f:1: `law` is missing — add it: The article that says so, as it is cited: 주민등록법 제16조."),
    ("keep:", "fee: none\nkeep:", "f:5: `fee` is not supported yet — remove it; until then every service is free of charge."),
    (", required: true", ", requierd: true", "f:7: there is no key `requierd` here — did you mean “required”?"),
    (", required: true", ", min: 3",
     "f:7: a field of the type text does not take `min` — remove it; only these take it: number, money."),
    ("then: [checked]", "then: [checked], do: tests.step",
     "f:23: `do` is not supported yet — remove it; until then officers carry the decision out themselves."),
    # Texts
    ("title: {ko: 가로등, en: Street lamp}", "title: 가로등",
     "f:2: this text is in one language only — write it in each language: {ko: …, en: …}."),
    ("{ko: 제목, en: Title}", "{ko: 제목}", "f:7: the text is missing in: en — add “en: …” beside the others."),
    ("{ko: 제목, en: Title}", "{ko: 제목, en: }", "f:7: the text is missing in: en — add “en: …” beside the others."),
    ("{ko: 제목, en: Title}", "{ko: 제목, en: Title, fr: Titre}",
     "f:7: “fr” is not a language of this site — choose one of: ko, en."),
    ("{ko: 제목, en: Title}", "{ko: 제목, en: Title, please}",
     "f:7: the text is cut off at the comma before “please” — put a text that contains a comma in quotes."),
    ("{ko: 제목, en: Title}", '{ko: 제목, en: ""}', "f:7: the text of `en` is empty — write one."),
    ("{ko: 제목, en: Title}", "{ko: 제목, en: 3}",
     "f:7: “3” does not fit `en` — write a text; put numbers, dates, true and false in quotes where a text is meant."),
    # Values
    ("required: true", "required: yes", "f:7: “yes” does not fit `required` — write true or false."),
    ("id: tests.lamp", "id: Lamp",
     "f:1: “Lamp” is not a name — write `service.name` in small letters and digits, for example residents.move-in."),
    ("id: seen_on", "id: Seen",
     "f:15: “Seen” is not a name — write small letters, digits and `_`, beginning with a letter."),
    ("keep:", "prefix: lamp\nkeep:", "f:5: “lamp” is not a prefix — write 1 to 6 capital letters, for example PET."),
    ("years: 5", "years: 0", "f:5: 0 is too small for `years` — the smallest is 1."),
    ("years: 5", "years: five", "f:5: “five” does not fit `years` — write a whole number, without quotes."),
    ("keep: {years: 5}", "keep: 5", "f:5: “5” does not fit `keep` — write keys and values: {key: value}."),
    ("days: 7", "dayz: 7", "f:4: “dayz” is not a unit of time — did you mean “days”?"),
    ("{days: 7}", "7d",
     "f:4: “7d” is not a length of time — write one of: {hours: 3}, {days: 7}, {weeks: 2}, {months: 1}, {years: 1}, immediately."),
    ("days: 7", "days: 0", "f:4: “0” is not a number of days — write a whole number from 1 to 1000."),
    ("not_after: today", "not_after: tomorrow",
     "f:15: “tomorrow” is not a date — write `today` or a date as 2026-01-31."),
    ("not_after: today", "not_before: 2026-02-01, not_after: 2026-01-01",
     "f:15: `not_before` (2026-02-01) is above `not_after` (2026-01-01) — exchange them or correct one."),
    ("min: 1, max: 3", "min: 4, max: 3", "f:21: `min` (4) is above `max` (3) — exchange them or correct one."),
    ("keep:", "publishable: sometimes\nkeep:",
     "f:5: `publishable` cannot be “sometimes” — choose one of: applicant, always, never."),
    # Fields
    ("type: choice", "type: choise", "f:9: there is no field type “choise” — did you mean “choice”?"),
    ("    type: group\n", "",
     "f:16: the field has no `type` — add one of: text, textarea, number, money, date, choice, choices, yesno, email, "
     "phone, resident_number, account_number, file, address, place, people, group."),
    ("{id: what, type: text,", "{id: what, type: people,",
     "f:20: a group cannot contain a field of the type people — choose one of: text, textarea, number, money, date, "
     "choice, choices, yesno, email, phone, resident_number, account_number, address, place."),
    ("id: seen_on", "id: title", "f:15: fields 1 and 4 are both called “title” — give each its own id."),
    ("value: other", "value: dark", "f:13: two options have the value “dark” — give each its own."),
    ("value: dark", "value: true",
     "f:12: “true” does not fit `value` — write a text; put numbers, dates, true and false in quotes where a text is meant."),
    # Conditions
    ("{kind: other}", "{kid: other}", "f:14: `when` looks at “kid”, which is not a field here — did you mean “kind”?"),
    ("{kind: other}", "{seen_on: other}",
     "f:14: `when` looks at “seen_on”, which is asked later — move “seen_on” before “which”."),
    ("{kind: other}", "{which: other}", "f:14: `when` looks at the field itself — name an earlier field."),
    ("{kind: other}", "{title: other}",
     "f:14: `when` cannot look at “title”, a field of the type text — let it depend on a field of the type choice, "
     "choices or yesno."),
    ("{kind: other}", "{kind: othr}", "f:14: “othr” is not an answer to “kind” — did you mean “other”?"),
    ("{kind: other}", "{kind: {a: b}}",
     "f:14: “{'a': 'b'}” is not an answer to compare with — write an option's value, several as [a, b], or true/false "
     "for a yesno field."),
    # Stages
    ("then: [checked]", "then: [cheked]", "f:23: there is no stage “cheked” — did you mean “checked”?"),
    ("then: [checked]", "then: [returned]",
     "f:24: no case can reach the stage “checked” — name it in the `then` of another stage, or remove it; a case starts in "
     "“received”."),
    ("then: [done, returned]", "then: [checked]",
     "f:24: the stage “checked” leads to itself — remove it from `then`."),
    ("final: true", "final: false", "f:25: no stage is final: a case could never end — write `final: true` in the last stage."),
    (", then: [done, returned]", "",
     "f:24: nothing follows the stage “checked” — write `then: [next_stage]`, or `final: true` when the case ends here."),
    ("by: officer, ", "",
     "f:24: nobody moves cases on from the stage “checked” — write `by: desk`, `officer`, `manager` or `applicant`."),
    ("  done:", "  more: {label: {ko: 더, en: More}, by: officer, then: [done]}\n  done:",
     "f:25: no case can reach the stage “more” — name it in the `then` of another stage, or remove it; a case starts in “received”."),
    ("then: [done, returned]", "then: [received]", "f:25: no case can reach the stage “done” — name it in the `then` of another "
     "stage, or remove it; a case starts in “received”."),
    ("then: [done, returned]}", "then: [done, a]}\n  a: {label: {ko: 더, en: A}, by: officer, then: [b]}\n"
     "  b: {label: {ko: 더, en: B}, by: officer, then: [a]}",
     "f:25: from the stage “a” no case can end — let `then` lead to a final stage: done, withdrawn, returned."),
    ("final: true", "final: true, then: [checked]",
     "f:25: “done” is final and yet has `then` — remove `then`, or `final: true`."),
    ("final: true", "final: true, by: desk", "f:25: “done” is final and yet has `by` — remove `by`, or `final: true`."),
    ("by: desk", "by: boss", "f:23: `by` cannot be “boss” — choose one of: desk, officer, manager, applicant."),
    ("final: true", "final: true, reason: always", "f:25: `reason` cannot be “always” — choose one of: required, optional."),
    ("by: desk", "by: applicant", "f:23: a case starts in “received”, where the office would wait for the applicant — "
     "write `by: desk` or `officer`, or begin with a stage in which the office receives it."),
    ("by: officer, then: [done, returned]}", "by: applicant, then: [ready, returned]}\n"
     "  ready: {label: {ko: 더, en: Ready}, by: officer, then: [done]}",
     "f:24: from “checked” the applicant would end the case in “returned” — let it lead to a stage of the office, which "
     "decides; applicants withdraw with `may`."),
    ("stages:", "may: [transfr]\nstages:", "f:22: `may` cannot be “transfr” — did you mean “transfer”?"),
    ("stages:", "may: [transfer]\nextension: {max: 1}\nstages:",
     "f:23: `extension` is written, but `may` does not allow to extend — add extend to `may`, or remove `extension`."),
    # Pages
    ("stages:", "steps: [{title: {ko: 하나, en: One}, fields: [title, kind, which, seen_on]}]\nstages:",
     "f:22: no page shows the field “rows” — add it to the `fields` of one."),
    ("stages:", "steps: [{title: {ko: 하나, en: One}, fields: [title, kind, which, seen, rows]}]\nstages:",
     "f:22: there is no field “seen” — did you mean “seen_on”?"),
    # Examples
    ("title: 첫째, ", "", "f:27: the form refuses this example at “title”: Answer this question. — correct the example or the field."),
    ("seen_on: today", "seen_on: 2026-03-03",
     "f:27: the form refuses this example at “seen_on”: The latest day here is 2026-03-02. — correct the example or the field."),
    ("{what: 하나}", "{what: 하나, wat: 둘}",
     "f:27: the form refuses this example at “rows.0.wat”: There is no field of this name. Did you mean “what”? — correct "
     "the example or the field."),
    # YAML
    ("law: 시험법", "law: 시험법: 제1조",
     "f:3: there is a second colon in this line — put a text that contains a colon in "
     'quotes: “en: "Time: morning"”.'),
    ("  received:", "\treceived:", "f:23: the line is indented with a tab — indent with spaces."),
    ("deadline: {days: 7}", "deadline: {days: 7",
     "f:5: a bracket is opened and not closed, or a comma is missing — check {, }, [ and ] here and in the lines above; put "
     "a text that contains one in quotes."),
    ("law: 시험법", 'law: "시험법', "f:3: a quotation mark is opened here and not closed — close it, or put a text that "
     "contains an apostrophe in double quotes."),
    ("deadline:", " deadline:", "f:4: the line is not indented like its neighbours — let the keys of one part, and the dashes "
     "of one list, begin in the same column."),
    ("keep: {years: 5}", "keep: {years: 5}\nlaw: 다른 법",
     "f:6: “law” stands here twice, first in line 3 — remove one of them."),
    ("law: 시험법 제1조", "law: &here 시험법\nsummary: {ko: *here, en: x}",
     "f:3: anchors (&) and aliases (*) are not used in definitions — write it out again."),
    ("law: 시험법 제1조", "law: !!python/name:os.system x",
     "f:3: “tag:yaml.org,2002:python/name:os.system” is not used in definitions — remove it, or put the text in quotes."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"), ONE_MISTAKE, ids=[new.strip()[:50] or old for old, new, _ in ONE_MISTAKE]
)
def test_one_mistake_is_told_with_its_line_and_its_remedy(old: str, new: str, told: str):
    assert mistakes((old, new))[0] == told


@pytest.mark.parametrize(
    ("old", "new", "told"), ONE_MISTAKE, ids=[new.strip()[:50] or old for old, new, _ in ONE_MISTAKE]
)
def test_one_mistake_is_told_once(old: str, new: str, told: str):
    assert len(mistakes((old, new))) == 1


def test_all_mistakes_are_told_at_once_in_the_order_of_lines():
    told = mistakes(
        ("title: {ko: 가로등", "titel: {ko: 가로등"), ("days: 7", "days: -1"), ("type: date", "type: datum"),
        ("then: [checked]", "then: [chekced]"), ("en: Done", "en: "),
    )  # fmt: skip
    assert [line.split(" — ")[0] for line in told] == [
        "f:2: there is no key `titel` here",
        "f:4: “-1” is not a number of days",
        "f:15: there is no field type “datum”",
        "f:25: the text is missing in: en",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f:1: the file is empty — begin with `id: service.name`; `manage.py new_procedure` writes a beginning."),
        (
            "- a",
            "f:1: this is not a definition — begin with `id: service.name`; `manage.py new_procedure` writes a beginning.",
        ),
        ("a\x00b", "f:1: the file contains characters that are not text — save it as plain UTF-8 text."),
        ("[" * 100_000, "f:1: too many brackets stand inside one another — is it the right file?"),
        ("x" * 200_001, "f:1: the file is larger than any definition — is it the right file?"),
        (TEXT + "---\n" + TEXT, "f:28: there are two definitions in one file — write one file for each procedure."),
    ],
    ids=["empty", "list", "nul", "nested", "huge", "two"],
)
def test_what_is_no_definition_at_all(text: str, told: str):
    assert read(text, World(TODAY)).lines("f") == [told]


def test_the_definition_must_agree_with_the_world_around_it():
    world = World(TODAY, service="petitions", kinds={"city", "ministry"}, institutions={"seoul"})
    told = mistakes(("law:", "offered_by: {kinds: [citi], institutions: [seol]}\nlaw:"), world=world)
    assert told == [
        "f:1: the id begins with “tests”, but the file belongs to the service “petitions” — write `id: petitions.…`, or "
        "move the file.",
        "f:3: no institution has “citi” among its kinds — did you mean “city”?",
        "f:3: no institution has “seol” among its institutions — did you mean “seoul”?",
    ]


def test_a_further_language_of_the_site_is_asked_for():
    assert len(mistakes(world=World(TODAY, languages=("ko", "en", "vi")))) == 12


def test_messages_are_korean_for_korean_readers():
    reading = read(TEXT.replace("law:", "lawe:").replace("[checked]", "[cheked]"), World(TODAY))
    with translation.override("ko"):
        assert reading.lines("f", gettext) == [
            "f:3: 여기에는 `lawe` 항목이 없습니다 — “law”의 오타인지 확인하세요.",
            "f:23: “cheked” 단계가 없습니다 — “checked”의 오타인지 확인하세요.",
        ]


@pytest.mark.parametrize(
    "damage", [lambda s, n: s[:n], lambda s, n: s[:n] + s[n + 7 :], lambda s, n: s[:n] + "{" + s[n:]]
)
def test_a_damaged_file_is_told_about_and_never_breaks_the_reader(damage: Callable[[str, int], str]):
    for at in range(0, len(DEMO), 211):
        reading = read(damage(DEMO, at), World(TODAY))
        assert (reading.procedure is None) == bool(reading.problems)
        assert all(1 <= line <= DEMO.count("\n") + 2 for line, _problem in reading.problems)
        assert all("%(" not in problem.text() for _line, problem in reading.problems)
