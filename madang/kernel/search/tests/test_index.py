import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from madang.kernel.search import actions
from madang.kernel.search.contracts import KINDS, Kind, searchable
from madang.kernel.search.models import Document, Frequency, Waiting
from madang.kernel.search.queries import search


def titles():
    return dict(Document.objects.order_by("subject_id").values_list("subject_id", "title"))


def found(q, person=None):
    return [hit.subject_id for hit in search(person, q).hits]


def test_reindex_adds_changes_and_removes(shelf):
    for title in ("하나", "둘째", "셋째"):
        shelf.put(title)
    assert actions.reindex() == 3
    shelf.change(2, title="고쳤다")
    del shelf.notes[1], shelf.notes[3]
    shelf.put("새것", key=9)
    assert actions.reindex() == 2
    assert titles() == {2: "고쳤다", 9: "새것"}
    assert found("둘째") == []
    assert found("고쳤다") == [2]


def test_reindex_leaves_alone_what_did_not_change(shelf):
    shelf.put("하나", "본문")
    actions.reindex()
    before = list(Document.objects.extra(select={"version": "xmin::text"}).values_list("version", flat=True))
    actions.reindex()
    assert list(Document.objects.extra(select={"version": "xmin::text"}).values_list("version", flat=True)) == before


def test_from_scratch_makes_the_same_index(shelf, books):
    for number in range(30):
        shelf.put(f"제목 {number}", "물이 샙니다 'quoted' \\ back", audience=["person-1"], answered=bool(number % 2))
        books.put(f"책 {number}")
    actions.reindex()
    fields = ("kind", "subject_id", "number", "title", "text", "at", "audience", "answered", "lexemes")
    slowly = list(Document.objects.order_by("kind", "subject_id").values_list(*fields))
    assert actions.rebuild() == 60
    assert list(Document.objects.order_by("kind", "subject_id").values_list(*fields)) == slowly
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'document_lexemes'")
        assert "USING gin (lexemes)" in cursor.fetchone()[0]


def test_what_was_marked_is_indexed_after_the_commit(shelf, django_capture_on_commit_callbacks):
    key = shelf.put("가로등 고장")
    with django_capture_on_commit_callbacks(execute=True):
        actions.mark("note", [key])
        actions.mark("note", [key])
        assert found("가로등") == []
    assert found("가로등") == [key]
    assert not Waiting.objects.exists()


def test_what_is_gone_is_no_longer_found(shelf):
    key = shelf.put("가로등 고장")
    actions.reindex()
    del shelf.notes[key]
    Waiting.objects.create(kind="note", subject_id=key)
    assert actions.catch_up() == 1
    assert titles() == {}


def test_what_cannot_be_indexed_does_not_hold_up_the_others(shelf, caplog):
    good, bad = shelf.put("좋은 글"), shelf.put("나쁜 글")
    shelf.change(bad, number="x" * 1000)
    for key in (bad, good):
        Waiting.objects.create(kind="note", subject_id=key)
    assert actions.catch_up() == 2
    assert titles() == {good: "좋은 글"}
    assert "could not be indexed" in caplog.text


def test_a_kind_that_no_longer_exists_is_forgotten(shelf):
    Waiting.objects.create(kind="gone", subject_id=1)
    assert actions.catch_up() == 1
    assert not Waiting.objects.exists()


def test_strange_letters_are_indexed(shelf):
    key = shelf.put("nul\x00 \ud800 \u202e", "\x1b" + "가" * 30_000)
    actions.reindex()
    assert titles() == {key: "nul \u202e"}
    assert Document.objects.get().text == "가" * actions.LONGEST_TEXT


def test_pairs_are_counted(shelf):
    shelf.put("소음 신고")
    shelf.put("소음 문의")
    actions.reindex()
    counted = dict(Frequency.objects.values_list("lexeme", "documents"))
    assert (counted["소음"], counted["문의"], counted["=note"]) == (2, 1, 2)
    assert not [lexeme for lexeme in counted if ":" in lexeme]


def test_the_command_reindexes_the_kinds_it_is_given(shelf, books, capsys):
    shelf.put("쪽지")
    books.put("책")
    call_command("reindex", "book")
    assert list(Document.objects.values_list("kind", flat=True)) == ["book"]
    call_command("reindex", "--from-scratch")
    assert Document.objects.count() == 2
    assert "2 documents" in capsys.readouterr().out


def test_the_command_names_the_kinds_there_are(shelf):
    with pytest.raises(CommandError, match=r"“letter”.*note"):
        call_command("reindex", "letter")
    with pytest.raises(CommandError, match="leave the kinds out"):
        call_command("reindex", "note", "--from-scratch")


def test_the_name_of_a_kind_is_checked(only_notes):
    with pytest.raises(ValueError, match="small letters"):
        searchable(Kind("Bad:Name", "", lambda ids: iter(()), lambda person, ids: {}))
    assert not KINDS
