"""The router: learned from cases, helped by competences, the same after a round trip, better than the bar on real texts."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from madang.kernel.analytics.engine.routing import Router
from madang.kernel.analytics.queries.learned import Example, evaluate

TEXTS = {
    "roads": ["도로에 구멍이 났습니다", "가로등이 꺼졌습니다", "신호등이 고장났습니다", "the road has a pothole"],
    "health": ["보건소 예방 접종 시간", "병원 진료비 문의", "건강 검진 예약", "the hospital is closed"],
    "tax": ["재산세 고지서 재발급", "세금 납부 기한 문의", "자동차세 환급", "my tax refund is late"],
}
ABOUT = {
    "roads": "도로, 가로등, 신호등",
    "health": "병원, 예방 접종",
    "tax": "세금, 고지서",
    "library": "도서관, 도서 대출",
}


@pytest.fixture(scope="module")
def router():
    return Router.train([Example(text, text, label) for label, texts in TEXTS.items() for text in texts], ABOUT)


@pytest.mark.parametrize(
    ("text", "label"),
    [("가로등 고장", "roads"), ("예방 접종은 언제 합니까", "health"), ("세금 고지서를 잃어버렸습니다", "tax")],
)
def test_texts_find_their_label(router, text, label):
    best = router.suggest(text, text)
    assert best[0].label == label
    assert len(best) == 3
    assert 1 >= best[0].confidence >= best[1].confidence >= best[2].confidence >= 0


def test_only_what_is_allowed_is_suggested(router):
    assert {one.label for one in router.suggest("가로등", "가로등", among=["tax", "health"])} == {"tax", "health"}


def test_a_router_is_the_same_after_a_round_trip(router):
    again = Router.loads(router.dumps())
    for text in ("가로등 고장", "xyz", ""):
        assert [one.label for one in again.suggest(text, text)] == [one.label for one in router.suggest(text, text)]


@given(st.text(max_size=300))
@effort(max_examples=60, deadline=None)
def test_any_text_is_answered(router, text):
    found = router.suggest(text, text)
    assert all(0 <= one.confidence <= 1 for one in found)


@pytest.mark.parametrize("count", [0, 1])
def test_without_past_cases_competences_speak(count):
    examples = [Example(text, text, "roads") for text in TEXTS["roads"]][:count]
    assert Router.train(examples, ABOUT).suggest("도서 대출", "도서관에서 책을 빌리고 싶습니다")[0].label == "library"


@pytest.mark.slow
def test_real_petitions_find_their_category():
    folder = Path(os.environ.get("MADANG_PETITIONS", settings.BASE_DIR.parent / "shared" / "data" / "petitions"))
    files = sorted(folder.glob("*.jsonl"))
    if len(files) < 5:
        pytest.skip("no archive of real petitions beside the checkout")
    rows = {file.stem: [json.loads(line) for line in file.open(encoding="utf-8")] for file in files}
    texts = {
        month: [Example(one["title"], one["content"], one["category"]) for one in found]
        for month, found in rows.items()
    }
    last = max(texts)
    earlier = [one for month, found in texts.items() if month != last for one in found]
    report = evaluate(Router.train(earlier, {one.label: one.label for one in earlier}), texts[last])
    assert report.top1 > 0.54
    assert report.top3 > 0.78
    assert report.macro_f1 > 0.51
    assert report.ms < 5
