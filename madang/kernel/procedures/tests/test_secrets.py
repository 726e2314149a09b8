"""Numbers of persons and accounts, and answers that are kept encrypted: in the language, on pages, in drafts."""

import json
from datetime import date

import pytest
from django.db import connection
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from madang.kernel.common.encryption import Unreadable
from madang.kernel.procedures.actions import publish, save_draft
from madang.kernel.procedures.forms import PageForm
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.rules import Procedure
from madang.kernel.procedures.rules.answers import check
from madang.kernel.procedures.rules.identifiers import Identifier, identifier
from madang.kernel.procedures.rules.reading import World, read
from madang.kernel.procedures.rules.schema import form_schema
from madang.kernel.procedures.rules.secrets import has_secrets, mask, turn_secrets
from madang.kernel.procedures.rules.shown import shown

TODAY = date(2026, 3, 2)
TEXT = """
id: tests.secret
title: {ko: 비밀, en: Secret}
law: 시험법 제4조
keep: {years: 1}
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - {id: number, type: resident_number, label: {ko: 주민등록번호, en: Resident number}}
  - {id: account, type: account_number, label: {ko: 계좌번호, en: Account}}
  - {id: health, type: textarea, label: {ko: 건강, en: Health}, secret: true}
  - {id: ill, type: yesno, label: {ko: 아픕니까?, en: Are you ill?}, secret: true}
  - {id: what, type: text, label: {ko: 어디가?, en: Where?}, when: {ill: true}}
  - id: members
    type: group
    label: {ko: 식구, en: Members}
    repeat: {max: 3}
    fields:
      - {id: name, type: text, label: {ko: 이름, en: Name}}
      - {id: number, type: resident_number, label: {ko: 번호, en: Number}}
examples:
  - {title: 제목}
"""
# Of nobody: made for these tests. The first has its check digit; the others were given out when there was none.
OLD, NEW, FOREIGN = "860101-1234563", "210315-3999999", "900101-5999999"


@pytest.fixture(scope="module")
def secret() -> Procedure:
    return Procedure.model_validate(YAML(typ="safe").load(TEXT), context={"languages": ("ko", "en")})


def refused(procedure, field, value):
    return check(procedure.form, {"title": "x", field: value}, TODAY).wrong


@pytest.mark.parametrize("typed", [OLD, "8601011234563", "860101 1234563", "８６０１０１－１２３４５６３", f" {OLD} "])
def test_a_number_has_one_spelling(secret, typed):
    assert check(secret.form, {"title": "x", "number": typed}, TODAY).data["number"] == OLD


@pytest.mark.parametrize("number", [NEW, FOREIGN, "850228-5123456", "201005-3000000"])
def test_numbers_given_out_since_october_2020_have_no_check_digit(secret, number):
    assert not refused(secret, "number", number)


@pytest.mark.parametrize(
    "number",
    [
        "860101-1234562",  # its check digit is another
        "860101-1243563",  # two neighbours exchanged
        "201004-3000000",  # born the day before numbers lost their check digit
        "861301-1234567",  # no such month
        "210229-3999999",  # no such day
        "270101-3999999",  # not born yet
        "750505-123456",
        "750505-12345678",
        "86o101-1234563",
        "-",
    ],
)
def test_a_number_that_cannot_be_right_is_refused_without_being_repeated(secret, number):
    wrong = refused(secret, "number", number)
    assert set(wrong) == {"number"}
    assert len(number) < 2 or number not in wrong["number"].text()


def test_an_account_number_is_digits_in_any_groups(secret):
    for typed, kept in (("110-123-456789", "110-123-456789"), ("110 123 456789", "110-123-456789"), ("1" * 16,) * 2):
        assert check(secret.form, {"title": "x", "account": typed}, TODAY).data["account"] == kept
    assert refused(secret, "account", "123456789")
    assert refused(secret, "account", "110-123-45678x")


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("number", OLD, "860101-1******"),
        ("account", "110-123-456789", "***-***-**6789"),
        ("health", "당뇨", "******"),
        ("ill", True, "******"),
        ("members.2.number", NEW, "210315-3******"),
        ("gone", "x", "******"),
    ],
)
def test_what_is_shown_of_a_secret(secret, field, value, seen):
    assert mask(secret.form, field, value) == seen


def test_a_country_without_rules_takes_and_hides_everything():
    plain = Identifier()
    assert plain.tidy(" ab 12345 ") == "AB-12345"
    assert plain.masked("AB-12345") == "**-*****"
    assert plain.tidy("!") is None
    assert identifier("resident_number") != plain


def test_secrets_are_found_wherever_the_form_asks_for_them(secret, version):
    assert secret.has_secrets
    assert not version.definition.has_secrets
    assert has_secrets(secret.form[-1:])
    data = {"title": "t", "number": OLD, "members": [{"name": "n", "number": NEW}, {"name": "m"}]}
    seen = []
    turned = turn_secrets(secret.form, data, lambda path, value: seen.append((path, value)) or "X")
    assert seen == [("number", OLD), ("members.0.number", NEW)]
    assert turned == {"title": "t", "number": "X", "members": [{"name": "n", "number": "X"}, {"name": "m"}]}
    assert data["number"] == OLD


def test_masked_answers_are_shown_like_others(secret):
    data = turn_secrets(secret.form, {"title": "t", "ill": True, "number": OLD}, lambda p, v: mask(secret.form, p, v))
    assert [(one.path, one.text) for one in shown(secret.form, data, "en")][1:] == [
        ("number", "860101-1******"),
        ("ill", "******"),
    ]


@pytest.mark.parametrize(
    "field",
    [
        "{id: title, type: text, label: {ko: 제목, en: Title}, secret: true}",
        "{id: where, type: place, label: {ko: 장소, en: Place}, secret: true}",
        "{id: papers, type: file, label: {ko: 서류, en: Papers}, secret: true}",
    ],
)
def test_what_is_seen_in_lists_and_on_maps_cannot_be_secret(field):
    text = TEXT.replace("  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}", f"  - {field}", 1)
    (line,) = [line for line in read(text, World(TODAY)).lines("x") if "secret" in line]
    assert ":7" in line


def test_programs_are_told_of_the_new_types(secret):
    schema = form_schema(secret, "en")
    assert schema["properties"]["number"]["type"] == "string"
    Draft202012Validator(schema).validate({"title": "t", "number": OLD, "members": [{"number": NEW}]})


def test_browsers_do_not_remember_numbers(secret):
    form = PageForm(secret, 0, answers={})
    assert 'autocomplete="off"' in str(form[".number"])


def stored(draft):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM procedures_draft WHERE id = %s", [draft.pk])
        return cursor.fetchone()[0]


def test_a_draft_keeps_secrets_encrypted_and_gives_them_back(secret, citizen):
    version = publish(secret)
    answers = {"title": "t", "number": OLD, "health": "당뇨", "ill": True, "what": "발", "members": [{"number": NEW}]}
    draft = save_draft(version, by=citizen, data=answers)
    for text in (OLD, NEW, "당뇨", "true"):
        assert text not in json.dumps(json.loads(stored(draft)), ensure_ascii=False)
    assert Draft.objects.get(pk=draft.pk).answers == answers
    again = save_draft(version, by=citizen, data=Draft.objects.get(pk=draft.pk).answers | {"title": "u"})
    assert again.pk == draft.pk
    assert Draft.objects.get(pk=draft.pk).answers == answers | {"title": "u"}


def test_the_draft_of_another_cannot_be_opened_as_ones_own(secret, citizen, stranger):
    draft = save_draft(publish(secret), by=citizen, data={"title": "t", "number": OLD})
    Draft.objects.filter(pk=draft.pk).update(person=stranger)
    with pytest.raises(Unreadable):
        Draft.objects.get(pk=draft.pk).answers  # noqa: B018


def test_forms_without_secrets_ask_for_no_key(version, citizen, settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    draft = save_draft(version, by=citizen, data={"title": "t"})
    assert draft.answers == {"title": "t"}
    assert list(tmp_path.iterdir()) == []
