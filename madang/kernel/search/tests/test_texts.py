import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.search.rules.texts import LONGEST_WORD, bigrams, folded, normal, runs


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("가로등 고장", {"가로", "로등", "고장"}),
        ("물이 샌다", {"물이", "샌다"}),
        ("물 좀", {"물", "좀"}),
        ("KTX역 5G망", {"ktx", "역", "5g", "망"}),
        ("２０２６년", {"2026", "년"}),
        ("東京都", {"東京", "京都"}),
        ("ひらがな・カタカナ", {"ひら", "らが", "がな", "カタ", "タカ", "カナ"}),
        ("Straße ÉTÉ", {"strasse", "été"}),
        ("हिन्दी भाषा", {"हिन्दी", "भाषा"}),
        ("ประเทศ", {"ปร", "ระ", "ะเ", "เท", "ทศ"}),
        ("don't_do-it", {"don", "t", "do", "it"}),
        ("PET-2026-0000017-5", {"pet", "2026", "0000017", "5"}),
        ("", set()),
        ("!? \x00\ud800 …", set()),
        ("A" * 500, {"a" * LONGEST_WORD}),
    ],
)
def test_what_a_text_is_found_by(text, found):
    assert bigrams(text) == found


def test_decomposed_and_half_width_letters_are_found_like_whole_ones():
    assert bigrams(unicodedata.normalize("NFD", "가로등")) == {"가로", "로등"}
    assert bigrams("ｶﾞｽ") == bigrams("ガス")


def test_runs_keep_their_order():
    assert runs(folded("5G망을 설치(긴급)")) == ["5g", "망을", "설치", "긴급"]


def test_normal_text_has_no_control_characters_and_single_spaces():
    assert normal("  a\x00b\t\r\n c\u3000d\ud800 ") == "a b c d"


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_lexemes_are_of_letters_and_digits_and_can_be_stored(text):
    for lexeme in bigrams(text):
        assert 0 < len(lexeme) <= LONGEST_WORD
        lexeme.encode()
        assert not any(sign in lexeme for sign in " '\\\"=:&|!()<>*\0")


@given(st.text(max_size=200))
def test_normal_is_settled(text):
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet="가나다라 ", max_size=40))
def test_every_word_of_a_text_is_among_what_it_is_found_by(text):
    found = bigrams(text)
    for word in text.split():
        assert {word[at : at + 2] for at in range(max(1, len(word) - 1))} <= found
