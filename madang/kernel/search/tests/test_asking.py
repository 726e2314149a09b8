import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.kernel.search.rules.asking import MOST_WORDS, Piece, Question, Word, lookup, loosened, parse, pieces


def words(*texts):
    return tuple(Word(text) for text in texts)


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("가로등 고장", Question(words("가로등", "고장"))),
        ("가로등  가로등", Question(words("가로등"))),
        ('"도로 점용" 허가', Question((Word("도로", True), Word("점용", True), Word("허가")), ("도로 점용",))),
        ("소음 -공사장", Question(words("소음"), (), (words("공사장"),))),
        ('소음 -"야간 공사"', Question(words("소음"), (), ((Word("야간", True), Word("공사", True)),))),
        ("도로-점용", Question(words("도로", "점용"))),
        ('"닫지 않은', Question((Word("닫지", True), Word("않은", True)), ("닫지 않은",))),
        ("KTX역", Question(words("ktx", "역"))),
        ("", Question()),
        ("-", Question()),
        ('""', Question()),
        ("' & | ! ( ) <-> :*", Question()),
    ],
)
def test_what_is_typed_is_read(typed, question):
    assert parse(typed) == question


def test_a_question_without_a_word_to_look_for_is_empty():
    assert not parse("-소음")
    assert not parse("?!")
    assert parse("소음")


def test_only_so_many_words_count():
    assert len(parse(" ".join(f"word{n}" for n in range(50))).words) == MOST_WORDS


COUNT = {
    "가로": 9000,
    "로등": 500,
    "도로": 5000,
    "점용": 800,
    "로점": 100,
    "고장": 2000,
    "시끄": 40,
    "끄럽": 30,
    "럽다": 8000,
}


def query_of(typed):
    return lookup(parse(typed), COUNT, 100_000, 1000).query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("고장", "'고장'"),
        ("가로등", "'로등' & '가로'"),
        ('"물"', "'물'"),
        ("permit", "'permit':*"),
        ('"permit"', "'permit'"),
        ("5g", "'5g'"),
        ("20261121", "'20261121'"),
        ("도로점용", "'로점'"),
        ('"도로점용"', "'로점'"),
        ("고장 -소음", "'고장' & !('소음')"),
        ("시끄럽다", "'끄럽'"),
        ("고장 시끄럽다", "'끄럽'"),
        ("permit 시끄럽다", "'끄럽' & 'permit':*"),
    ],
)
def test_a_question_is_looked_up_by_few_lexemes(typed, query):
    assert query_of(typed) == query


def test_a_word_of_one_letter_is_found_with_a_particle_behind_it():
    assert query_of("물").startswith("('물' | '물이' | ")


def test_long_words_are_taken_apart_but_still_wished_for():
    loose = loosened(parse("어린이보호구역 소음"))
    assert loose.words == words("어린", "구역", "소음")
    assert loose.needles[0] == "어린이보호구역"
    for typed in ("소음 신고", '"어린이보호구역"', "permit"):
        assert loosened(parse(typed)) == parse(typed)


def test_rare_words_are_expected_in_few_texts():
    rare, common = (lookup(parse(typed), COUNT, 100_000, 1000).expected for typed in ("시끄럽다", "가로등 고장"))
    assert rare == pytest.approx(30)
    assert 10 < common < 500


def tsquery_of(typed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsquery::text", [query_of(typed)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(max_size=250), st.text(alphabet="가나다라물ab1 \"'-&|!():*<>\\\0=", max_size=60)))
def test_no_input_is_a_syntax_error(typed):
    question = parse(typed)
    if question:
        assert tsquery_of(typed)


def test_the_extract_is_around_the_hit_and_marks_it():
    text = "앞" * 300 + " 가로등이 고장났습니다. " + "뒤" * 300
    shown = pieces(text, parse("고장 가로등"), length=60)
    assert [piece.text for piece in shown if piece.hit] == ["가로등", "고장"]
    assert (shown[0], shown[-1]) == (Piece("…"), Piece("…"))
    assert sum(len(piece.text) for piece in shown[1:-1]) == 60


def test_the_extract_is_plain_text_whatever_it_holds():
    shown = pieces("<script>alert(1)</script> 소음", parse("소음"))
    assert shown == [Piece("<script>alert(1)</script> "), Piece("소음", hit=True)]


def test_a_compound_is_marked_in_pieces_too():
    assert Piece("도로 점용", hit=True) in pieces("새로 도로 점용 신청", parse("도로점용"))


def test_without_a_hit_the_extract_is_the_beginning():
    assert pieces("처음부터 끝까지", parse("소음"), length=4) == [Piece("처음부터"), Piece("…")]


@given(st.text(max_size=400), st.text(max_size=60), st.integers(20, 200))
def test_an_extract_never_invents_text(text, typed, length):
    from madang.kernel.search.rules.texts import normal

    shown = [piece.text for piece in pieces(text, parse(typed), length) if piece.text != "…"]
    assert "".join(shown) in normal(text) or "…" in text
