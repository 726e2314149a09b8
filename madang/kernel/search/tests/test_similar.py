import random

import pytest

from benchmarks.texts import Writer, worn
from madang.kernel.identity.models import Person
from madang.kernel.search import actions
from madang.kernel.search.queries import similar


@pytest.fixture
def petitions(shelf):
    for number, (title, text) in enumerate(Writer(seed=3).read(400)):
        shelf.put(title, text, audience=["all"] if number % 2 else [f"person-{number}"], answered=number % 3 == 0)
    actions.rebuild()
    return shelf


def test_a_text_written_again_with_slips_finds_itself(petitions):
    draw = random.Random(1)
    public = [note for note in petitions.notes.values() if "all" in note.audience]
    hits = [
        note.subject_id in [one.subject_id for one in similar(None, note.title, worn(note.text, draw), kind="note")]
        for note in public
    ]
    assert sum(hits) >= 0.95 * len(hits)


def test_the_nearest_comes_first_and_strangers_do_not_come(petitions):
    note = petitions.notes[2]
    found = similar(None, note.title, note.text, kind="note")
    assert (found[0].subject_id, found[0].likeness) == (2, 1.0)
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)
    assert similar(None, "Quantum chromodynamics", "gluon plasma", kind="note") == []
    assert similar(None, "", "", kind="note") == []


def test_a_title_alone_finds_its_text(petitions):
    note = petitions.notes[2]
    assert 2 in [one.subject_id for one in similar(None, note.title, kind="note")]


def test_only_answered_ones_when_asked(petitions):
    asked = [petitions.notes[number].title for number in range(1, 40)]
    found = [one for title in asked for one in similar(None, title, kind="note", answered_only=True)]
    assert found
    assert all(one.answered for one in found)


def test_what_is_not_public_is_similar_only_for_its_owner(petitions):
    note = petitions.notes[3]
    owner = Person.objects.create(pk=2, name="가")
    assert note.audience == {"person-2"}
    assert 3 in [one.subject_id for one in similar(owner, note.title, note.text, kind="note")]
    assert 3 not in [one.subject_id for one in similar(None, note.title, note.text, kind="note")]


def test_a_case_is_not_similar_to_itself(petitions):
    note = petitions.notes[2]
    assert 2 not in [one.subject_id for one in similar(None, note.title, note.text, kind="note", apart_from=2)]


def test_what_the_gate_does_not_show_is_not_similar(petitions):
    note = petitions.notes[2]
    petitions.hidden.add(2)
    assert 2 not in [one.subject_id for one in similar(None, note.title, note.text, kind="note")]


def test_nothing_is_similar_in_an_empty_index(shelf):
    assert similar(None, "소음", "공사장 소음", kind="note") == []


def test_the_number_of_queries_is_fixed(petitions, django_assert_num_queries):
    for note in (petitions.notes[2], petitions.notes[4]):
        with django_assert_num_queries(2):
            similar(None, note.title, note.text, kind="note")
