from datetime import timedelta

import pytest
from django.utils import timezone

from madang.kernel.common.errors import Invalid
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution, Post
from madang.kernel.search.models import Document
from madang.kernel.search.queries import candidates, search
from madang.kernel.search.queries.find import _Mark
from madang.kernel.search.queries.known import known
from madang.kernel.search.rules import facets


def found(q, person=None, **rest):
    return [hit.title for hit in search(person, q, **rest).hits]


@pytest.fixture
def notes(shelf):
    shelf.put("가로등 고장", "골목의 가로등이 깜박입니다.")
    shelf.put("야간 소음", "공사장의 소음이 심합니다. 가로등과는 무관합니다.")
    shelf.put("도로 점용 허가", "어린이 보호 구역 앞의 도로 점용 허가를 묻습니다.")
    shelf.put("Street light permit", "Who issues PERMITS for street lights?")
    shelf.put("수도", "집에 물이 샙니다. 도로등급과 가로수 이야기.")
    shelf.index()
    return shelf


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("가로등", {"가로등 고장", "야간 소음"}),
        ("가로등 소음", {"야간 소음"}),
        ("가로등 -소음", {"가로등 고장"}),
        ('"소음이 심합니다"', {"야간 소음"}),
        ('"심합니다 소음이"', set()),
        ("도로점용허가", {"도로 점용 허가"}),
        ("어린이보호구역", {"도로 점용 허가"}),
        ("어린이 보호", {"도로 점용 허가"}),
        ("permit", {"Street light permit"}),
        ("PERMITS", {"Street light permit"}),
        ('"Street Light"', {"Street light permit"}),
        ("perm", {"Street light permit"}),
        ("물", {"수도"}),
        ("note-3", {"도로 점용 허가"}),
        ("없는말", set()),
        ("", set()),
        ("-가로등", set()),
    ],
)
@pytest.mark.parametrize("sparse", [0, 3000])
def test_what_is_found(notes, monkeypatch, q, expected, sparse):
    monkeypatch.setattr(candidates, "SPARSE", sparse)
    assert set(found(q)) == expected


def test_pairs_that_stand_apart_are_no_word(notes):
    """수도 has 가로(수) and (도)로등(급), but no 가로등."""
    assert Document.objects.filter(title="수도").extra(where=["lexemes @@ '가로 & 로등'"]).exists()
    assert "수도" not in found("가로등")


def test_a_title_that_is_the_question_comes_first(shelf):
    shelf.put("긴 제목 속에 주민등록등본 이야기가 나오는 글", "주민등록등본 주민등록등본 주민등록등본")
    shelf.put("주민등록등본", "")
    shelf.put("다른 글", "주민등록등본")
    shelf.index()
    assert found("주민등록등본")[0] == "주민등록등본"
    assert found("주민등록등본")[-1] == "다른 글"


def test_of_equals_the_newer_comes_first(shelf):
    old = shelf.put("소음", at=timezone.now() - timedelta(days=900))
    shelf.put("소음", key=1000, at=timezone.now())
    shelf.put("소음", key=2, at=timezone.now() - timedelta(days=100))
    shelf.index()
    assert [hit.subject_id for hit in search(None, "소음").hits] == [1000, 2, old]


def test_counts_by_kind(notes, books):
    books.put("가로등의 역사")
    books.index()
    page = search(None, "가로등")
    assert {(count.kind, count.number, count.about) for count in page.counts} == {
        ("note", 2, False),
        ("book", 1, False),
    }
    only = search(None, "가로등", kinds=["book"])
    assert [hit.kind for hit in only.hits] == ["book"]
    assert {count.kind for count in only.counts} == {"note", "book"}


def pages(q, limit, **rest):
    cursor, keys = "", []
    while True:
        page = search(None, q, cursor=cursor, limit=limit, **rest)
        keys += [(hit.kind, hit.subject_id) for hit in page.hits]
        cursor = page.next
        if not cursor:
            return keys


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
@pytest.mark.parametrize("sparse", [0, 3000])
def test_pages_show_everything_once(shelf, books, monkeypatch, limit, sparse):
    monkeypatch.setattr(candidates, "ENOUGH", 2)
    monkeypatch.setattr(candidates, "MOST", 5)
    monkeypatch.setattr(candidates, "SPARSE", sparse)
    monkeypatch.setattr(facets, "SMALLEST", 0)
    for number in range(23):
        shelf.put(f"소음 {number}", "소음 " * (number % 4))
        if number % 3 == 0:
            books.put(f"소음에 관한 책 {number}")
    shelf.index()
    books.index()
    every = {("note", key) for key in shelf.notes} | {("book", key) for key in books.notes}
    shown = pages("소음", limit)
    assert len(shown) == len(every)
    assert set(shown) == every
    assert set(pages("소음", limit, kinds=["book"])) == {("book", key) for key in books.notes}


def test_what_is_filed_between_two_pages_moves_nothing(shelf):
    for number in range(6):
        shelf.put(f"소음 {number}")
    shelf.index()
    first = search(None, "소음", limit=3)
    shelf.put("소음 새로")
    shelf.index()
    second = search(None, "소음", limit=3, cursor=first.next)
    assert {hit.title for hit in [*first.hits, *second.hits]} == {f"소음 {number}" for number in range(6)}


def test_many_are_counted_by_the_newest(shelf, monkeypatch):
    monkeypatch.setattr(candidates, "ENOUGH", 4)
    monkeypatch.setattr(candidates, "SPARSE", 0)
    monkeypatch.setattr(facets, "SMALLEST", 2)
    for number in range(100):
        shelf.put("소음" if number % 2 else "먼지", key=number)
    shelf.index()
    (count,) = search(None, "소음").counts
    assert count.about
    assert 35 <= count.number <= 65


def test_long_words_are_found_in_pieces_where_few_texts_hold_them_whole(notes):
    notes.put("어린이보호구역")
    notes.index()
    page = search(None, "어린이보호구역")
    assert page.loosened
    assert [hit.title for hit in page.hits] == ["어린이보호구역", "도로 점용 허가"]
    for number in range(4):
        notes.put(f"어린이보호구역 {number}")
    notes.index()
    assert not search(None, "어린이보호구역").loosened
    assert set(pages("어린이보호구역", 2)) == {
        (hit.kind, hit.subject_id) for hit in search(None, '"어린이보호구역"').hits
    }


@pytest.mark.parametrize("cursor", ["x", "e30=", "W10=", "bnVsbA==", "가", "W3siYSI6MX0sMSwyXQ==", "=" * 5])
def test_a_cursor_that_is_not_ours_is_refused(notes, cursor):
    with pytest.raises(Invalid) as refused:
        search(None, "가로등", cursor=cursor)
    assert "cursor" in refused.value.fields


def test_an_unknown_kind_is_refused(notes):
    with pytest.raises(Invalid) as refused:
        search(None, "가로등", kinds=["letter"])
    assert "kinds" in refused.value.fields


@pytest.fixture
def people(db):
    here = Institution.objects.create(code="here", name="여기", kind="city")
    there = Institution.objects.create(code="there", name="저기", kind="city")
    citizen, officer, stranger, clerk, auditor, desk = (Person.objects.create(name=name) for name in "가나다라마바")
    department = here.departments.create(code="roads", name="도로과")
    Post.objects.create(person=officer, institution=here, role=Post.Role.OFFICER)
    Post.objects.create(person=stranger, institution=there, role=Post.Role.OFFICER)
    Post.objects.create(person=clerk, institution=here, department=department, role=Post.Role.OFFICER)
    Post.objects.create(person=auditor, institution=there, role=Post.Role.AUDITOR)
    Post.objects.create(person=desk, institution=there, role=Post.Role.DESK)
    return {
        "citizen": citizen, "officer": officer, "stranger": stranger, "clerk": clerk, "auditor": auditor, "desk": desk,
        "here": here, "there": there, "department": department, "nobody": None,
    }  # fmt: skip


@pytest.mark.parametrize("sparse", [0, 3000])
@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("nobody", {"소음 공개"}),
        ("stranger", {"소음 공개"}),
        ("citizen", {"소음 공개", "소음 비공개"}),
        ("officer", {"소음 공개", "소음 비공개"}),
        ("clerk", {"소음 공개", "소음 비공개"}),
        ("desk", {"소음 공개", "소음 비공개"}),
        ("auditor", {"소음 공개", "소음 비공개"}),
    ],
)
def test_who_finds_what(shelf, people, monkeypatch, who, titles, sparse):
    monkeypatch.setattr(candidates, "SPARSE", sparse)
    audience = [
        f"person-{people['citizen'].pk}", f"institution-{people['here'].pk}", f"department-{people['department'].pk}",
        f"referrer-{people['there'].pk}",
    ]  # fmt: skip
    shelf.put("소음 공개")
    shelf.put("소음 비공개", audience=audience)
    shelf.index()
    assert set(found("소음", people[who])) == titles
    assert sum(count.number for count in search(people[who], "소음").counts) == len(titles)


def test_nobody_types_their_way_into_an_audience(shelf, people):
    shelf.put("소음 비공개", audience=[f"person-{people['citizen'].pk}"])
    shelf.index()
    for typed in (f"=person-{people['citizen'].pk}", "소음 | =all", "=note", "소음' | '=all", "note:0"):
        assert found(typed) == []


def test_what_the_gate_does_not_show_is_not_shown(notes):
    """Made private a moment ago: the index has not heard, the gate knows."""
    (hit,) = search(None, "수도").hits
    notes.hidden.add(hit.subject_id)
    assert found("수도") == []


@pytest.mark.parametrize("number", [2, 40])
def test_the_number_of_queries_is_fixed(shelf, books, django_assert_num_queries, number):
    for count in range(number):
        shelf.put(f"소음 {count}")
        books.put(f"소음 책 {count}")
    shelf.index()
    books.index()
    with django_assert_num_queries(2):
        first = search(None, "소음", limit=20)
    if first.next:
        with django_assert_num_queries(2):
            search(None, "소음", limit=20, cursor=first.next)


def test_hits_carry_what_a_page_needs(notes):
    (hit,) = search(None, "수도").hits
    assert (hit.kind, hit.number, hit.is_public, hit.answered) == ("note", "NOTE-5", True, False)
    assert "".join(piece.text for piece in hit.snippet) == "집에 물이 샙니다. 도로등급과 가로수 이야기."


def test_script_stays_text(shelf):
    shelf.put("<script>소음</script>", "<img src=x onerror=alert(1)> 소음")
    shelf.index()
    (hit,) = search(None, "소음").hits
    assert [piece.text for piece in hit.snippet if piece.hit] == ["소음"]
    assert hit.title == "<script>소음</script>"


def test_the_newest_matches_come_first_whatever_the_order_in_the_table(shelf, monkeypatch):
    """A document written again lies at the end of the table, yet keeps its place in time."""
    monkeypatch.setattr(candidates, "MOST", 3)
    for number in range(9):
        shelf.put(f"소음 {number}")
    shelf.index()
    shelf.change(1, title="소음 고침")
    shelf.index()
    assert {hit.subject_id for hit in search(None, "소음", limit=3).hits} == {9, 8, 7}


def test_the_mark_of_a_page_survives_its_journey():
    mark = _Mark({}, timezone.now(), after=(3, "note", 7))
    assert _Mark.read(str(mark)) == mark


def test_heads_are_the_newest_subjects(notes):
    met = known({"가로", "없는"}, ["note", "letter"])
    assert (met.heads, met.kinds["note"]) == ({"note": 5}, 5)
    assert met.documents == {"가로": 3, "=all": 5}
    # A kind without documents counts as one.
    assert (met.total, met.public) == (6, 5 / 6)
