from itertools import pairwise

import pytest

from madang.kernel.search.rules.facets import SMALLEST, newest, stretches
from madang.kernel.search.rules.likeness import MOST_CLUES, MOST_LED_TO, clues, is_near, likeness, weight

TOTAL = 1_000_000


def test_a_pair_that_is_everywhere_tells_nothing():
    assert weight(TOTAL, TOTAL) == 0
    assert weight(10, TOTAL) > weight(1000, TOTAL) > 0


def test_a_rare_pair_is_a_clue_by_itself_and_common_ones_are_put_together():
    found = clues({"희귀", "소음", "공사"}, {"희귀": 40, "소음": 9000, "공사": 9000}, TOTAL)
    assert found[0].pairs == ("희귀",)
    assert ("공사", "소음") in [tuple(sorted(clue.pairs)) for clue in found[1:]]
    assert all(clue.share <= 1 for clue in found)


def test_a_pair_in_more_than_half_of_the_texts_is_no_clue():
    assert clues({"니다"}, {"니다": 900_000}, TOTAL) == []


def test_a_common_clue_is_looked_up_in_the_newest_part_only():
    (clue,) = clues({"소음"}, {"소음": 100_000}, TOTAL)
    assert clue.share == pytest.approx(MOST_LED_TO / 100_000)


def test_there_are_never_too_many_clues():
    known = {chr(0xAC00 + n) + "가": 3000 + n for n in range(300)}
    assert len(clues(known, known, TOTAL)) == MOST_CLUES


def test_every_common_pair_is_in_some_clue_so_that_no_single_slip_hides_a_text():
    known = {chr(0xAC00 + n) + "가": 3000 + n for n in range(10)}
    held = [set(clue.pairs) for clue in clues(known, known, TOTAL)]
    for pair in known:
        assert any(pair not in clue for clue in held)


def test_likeness_is_one_for_the_same_and_nothing_for_strangers():
    one, other = {"가나", "나다"}, {"라마"}
    assert likeness(one, one, {}, 100) == pytest.approx(1)
    assert likeness(one, other, {}, 100) == 0
    assert likeness(set(), one, {}, 100) == 0


def test_telling_pairs_count_more():
    known = {"희귀": 1, "니다": 90}
    asked = {"희귀", "니다"}
    assert likeness(asked, {"희귀"}, known, 100) > likeness(asked, {"니다"}, known, 100)


def test_a_line_is_near_a_long_text_that_holds_it():
    line = {f"{n:02}" for n in range(10)}
    text = line | {f"x{n}" for n in range(200)}
    assert is_near(likeness(line, text, {}, 1000), line)


@pytest.mark.parametrize("below", [1, 5, 4096, 4097, 8193, 60_000, 1_000_001, 30_000_000])
@pytest.mark.parametrize("need", [10, 5000, 90_000, 10_000_000])
def test_stretches_cover_every_subject_once(below, need):
    found = list(stretches("case", below, need))
    assert found[-1].query == "('=case')"
    assert [one.below for one in found] == sorted({one.below for one in found}, reverse=True)
    assert found[0].below == below
    for one, older in pairwise(found):
        first, last = (int(name.split(":")[2]) for name in one.query.strip("()").replace("'", "").split(" | "))
        size = 1 << SMALLEST + int(one.query.split(":")[1])
        assert first * size == older.below
        assert older.below < one.below <= (last + 1) * size
        assert one.below - older.below >= min(need, size)


def test_the_newest_are_two_blocks_from_the_head_on():
    assert newest("case", 5000, 5000) == []
    assert newest("case", 9000, 10) == ["('=case:0:1' | '=case:0:2')"]
    assert newest("case", 1_000_000, 30_000) == ["('=case:3:29' | '=case:3:30')"]
    assert newest("case", 1_000_000, 700_000) == []
