# ruff: noqa: E501 - the messages are a table
"""Publishing: versions without gaps, never changed, known to every process within seconds."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.procedures import queries
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import catalogue, current, current_versions, definition, offered_by
from madang.kernel.procedures.rules import Procedure
from madang.kernel.procedures.rules.changes import forbidden_changes
from madang.kernel.procedures.rules.reading import World, read

from .conftest import TEXT, TODAY


def changed(*changes: tuple[str, str]) -> Procedure:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    procedure = read(text, World(TODAY)).procedure
    assert procedure is not None
    return procedure


NEW_TITLE = ("{ko: 모든 것, en: Everything}", "{ko: 모든 일, en: Everything}")


def test_what_is_stored_reads_back_as_it_was(published: Version, demo: Procedure):
    stored = Version.objects.get(pk=published.pk)
    assert stored.definition == demo
    assert stored.definition.digest == stored.digest == demo.digest
    assert [*stored.definition.stages] == ["received", "reviewed", "accepted", "rejected", "withdrawn", "returned"]
    assert definition(stored.pk) == demo


def test_the_digest_depends_on_what_is_said_and_not_on_how_it_is_written(demo: Procedure):
    lines = TEXT.splitlines(keepends=True)
    assert changed(("# For tests only", "# Another remark")).digest == demo.digest
    assert changed((lines[3], ""), (lines[4], lines[4] + lines[3])).digest == demo.digest
    assert changed(NEW_TITLE).digest != demo.digest


def test_only_a_change_makes_a_new_version(published: Version, demo: Procedure):
    assert publish(demo).pk == published.pk
    second = publish(changed(NEW_TITLE))
    assert (second.number, second.procedure) == (2, "tests.everything")
    third = publish(demo)
    assert (third.number, third.digest) == (3, published.digest)
    assert Version.objects.count() == 3


def test_a_key_added_to_the_language_since_is_no_change(db: None, demo: Procedure):
    older = json.loads(json.dumps(demo.body))
    del older["publishable"], older["form"][0]["help"]
    older["publishable"] = demo.publishable
    del older["extension"]["with_consent"]
    Version.objects.create(procedure=demo.id, number=1, digest="0" * 64, body=older)
    assert publish(changed(("with_consent: 0", "with_consent: 1"))).number == 1
    assert publish(demo).number == 2


@pytest.mark.parametrize("statement", ["UPDATE procedures_version SET number = 9", "DELETE FROM procedures_version"])
def test_the_database_refuses_to_change_a_version(published: Version, statement: str):
    refused = pytest.raises(DatabaseError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Version.objects.get().number == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_no_twins(demo: Procedure):
    def once(definition: Procedure) -> int:
        try:
            return publish(definition).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = [*pool.map(once, [demo] * 4 + [changed(NEW_TITLE)] * 4)]
    assert sorted(Version.objects.values_list("number", flat=True)) == [*range(1, max(numbers) + 1)]
    digests = [*Version.objects.order_by("number").values_list("digest", flat=True)]
    assert all(one != following for one, following in pairwise(digests))


@pytest.mark.refuses("procedures.publish")
def test_only_operators_publish(demo: Procedure, operator: Any, citizen: Any, manager: Any):
    for person in (citizen, manager):
        with pytest.raises(Refused):
            publish(demo, by=person)
    assert publish(demo, by=operator).published_by == operator


def test_publishing_is_on_record(demo: Procedure, recorded: Any):
    publish(demo)
    assert recorded()[-1] == "procedures.publish"


FORBIDDEN = [
    ([("prefix: EVE", "prefix: ALL")],
     "the numbers of cases begin with “EVE” and would begin with “ALL” — write `prefix: EVE`, or give the procedure a new id."),
    ([("{id: cost, type: money", "{id: cost, type: number")],
     "the field “cost” was of the type money and would become number — leave it out and give the new field an id of its own."),
    ([("{id: what, type: text", "{id: what, type: textarea")],
     "the field “what” was of the type text and would become textarea — leave it out and give the new field an id of its own."),
    ([("    repeat: {max: 4}\n", ""), ("    damages:\n      - {what: 창문, paid: true, amount: 50000}\n      - {what: 문}\n",
      "    damages: {what: 창문}\n")],
     "the group “damages” would be filled in several times instead of once, or the reverse — leave it out and give the new "
     "field an id of its own."),
    ([("accepted: {label: {ko: 수리, en: Accepted}, final: true}",
       "accepted: {label: {ko: 수리, en: Accepted}, by: officer, then: [rejected]}")],
     "the stage “accepted” was final and would no longer be — leave it as it was and add a stage with another name."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), FORBIDDEN)
def test_what_others_rely_on_stays_as_it_was(published: Version, demo: Procedure, changes: Any, told: str):
    new = changed(*changes)
    assert [problem.text() for problem in forbidden_changes(demo, new)] == [told]
    with pytest.raises(Invalid):
        publish(new)
    assert Version.objects.count() == 1


def test_what_was_no_end_becomes_none(demo: Procedure):
    old = changed(
        ("accepted: {label: {ko: 수리, en: Accepted}, final: true}",
         "accepted: {label: {ko: 수리, en: Accepted}, by: officer, then: [rejected]}")
    )  # fmt: skip
    assert [problem.text() for problem in forbidden_changes(old, demo)] == [
        "the stage “accepted” was not final and would become so — leave it as it was and add a stage with another name."
    ]


def test_everything_else_may_change(demo: Procedure):
    new = changed(NEW_TITLE, ("{weeks: 2}", "{days: 3}"), ("id: which", "id: what_else"), ("max_length: 60", "max_length: 90"),
                  ("    which: 소음\n", "    what_else: 소음\n"), ("fields: [title, kind, which, body]", "fields: [title, kind, what_else, body]"))  # fmt: skip
    assert forbidden_changes(demo, new) == []


def test_the_current_version_is_known_at_once_where_it_was_published(published: Version):
    assert current("tests.everything").number == 1
    publish(changed(NEW_TITLE))
    assert current("tests.everything").number == 2
    with pytest.raises(Refused):
        current("tests.nothing")


def test_what_has_settled_is_asked_once_in_five_seconds(
    published: Version, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
):
    now = 1000.0
    monkeypatch.setattr(queries, "monotonic", lambda: now)
    with django_assert_num_queries(2):
        current_versions()
    with django_assert_num_queries(2):  # Just published, it could still be rolled back.
        current_versions()
    monkeypatch.setattr(queries, "FRESH", -queries.FRESH)
    current_versions()
    monkeypatch.setattr(queries, "_shelf", queries._Shelf(queries._shelf.versions, now + 5))
    with django_assert_num_queries(0):
        assert current_versions()["tests.everything"] == published
    now += 6
    with django_assert_num_queries(1):  # The keys again, the bodies never.
        current_versions()


def test_the_catalogue_and_who_offers(published: Version, town: Any, ministry: Any):
    (entry,) = catalogue("ko")
    assert (entry.id, entry.title, entry.service, entry.deadline) == ("tests.everything", "모든 것", "tests", "2w")
    assert catalogue("en")[0].summary == "A procedure for tests."
    assert [one.id for one in offered_by(town)] == ["tests.everything"]  # by its kind
    assert [one.id for one in offered_by(ministry)] == ["tests.everything"]  # by its code
    ministry.code = "other"
    assert offered_by(ministry) == []
