from datetime import timedelta

import pytest

from madang.kernel.notices.rules import cut, next_attempt


def test_pauses_grow_and_end():
    pauses = [next_attempt(attempts) for attempts in range(1, 7)]
    assert pauses == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=10),
        None,
    ]


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("가나다라", 8, "가나다라"),
        ("가나다라마", 9, "가나다..."),
        ("가나다라마", 8, "가나..."),
        ("abc", 3, "abc"),
        ("😀😀😀", 3, "😀😀😀"),
    ],
)
def test_a_long_text_is_cut_at_a_letter(text, most, shown):
    assert cut(text, most, "euc_kr") == shown
