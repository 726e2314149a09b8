"""The arithmetic of charts and deadlines, as tables of cases."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.portal import rules

SEOUL = ZoneInfo("Asia/Seoul")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 12_480], (0, 5000, 10000, 15000)),
        ([3, 4.2], (0, 2, 4, 6)),
        ([97.3], (0, 25, 50, 75, 100)),
        ([1], (0, 0.25, 0.5, 0.75, 1)),
        ([-3, 9], (-5, 0, 5, 10)),
        ([], (0, 0.25, 0.5, 0.75, 1)),
        ([None, 0], (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_an_axis_has_round_ticks(values: list[float | None], ticks: tuple[float, ...]) -> None:
    assert rules.scale(values).ticks == ticks


def test_an_axis_may_start_near_the_figures() -> None:
    assert rules.scale([94, 97], from_zero=False).ticks == (94, 95, 96, 97)


@given(st.lists(st.integers(-(10**9), 10**9).map(lambda thousandths: thousandths / 1000), min_size=1))
def test_an_axis_holds_every_value(values: list[float]) -> None:
    axis = rules.scale(values)
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    assert 2 <= len(axis.ticks) <= 8


@pytest.mark.parametrize(
    ("values", "runs"),
    [
        ([0, 5, 10], [[(0, 100), (50, 50), (100, 0)]]),
        ([0, None, 10], [[(0, 100)], [(100, 0)]]),
        ([10], [[(50, 0)]]),
        ([], []),
        ([None, None], []),
    ],
)
def test_a_line_runs_from_left_to_right_and_breaks(
    values: list[float | None], runs: list[list[tuple[float, float]]]
) -> None:
    axis = rules.Scale(0, 10, (0, 5, 10))
    assert [[(point.x, point.y) for point in run] for run in rules.line(values, axis)] == runs


@pytest.mark.parametrize(
    ("values", "whole", "parts"),
    [
        ([1, 3], 4, [(0, 25), (25, 75)]),
        ([1, 1], 4, [(0, 25), (25, 25)]),
        ([0, 0], 0, [(0, 0), (0, 0)]),
        ([], 5, []),
    ],
)
def test_parts_lie_end_to_end(values: list[float], whole: float, parts: list[tuple[float, float]]) -> None:
    assert rules.stack(values, whole) == parts


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        ([1, 1, 1, 1, 9], [1, 9]),
        ([7], [7]),
        ([], []),
        (range(1, 101), [20, 40, 60, 80, 100]),
    ],
)
def test_classes_hold_about_equally_many(values: list[float], bounds: list[float]) -> None:
    assert rules.breaks(values) == bounds


@given(st.lists(st.floats(0, 100), min_size=1))
def test_every_value_has_a_class(values: list[float]) -> None:
    bounds = rules.breaks(values)
    for value in values:
        number = rules.class_of(value, bounds)
        assert value <= bounds[number - 1]
        assert number == 1 or value > bounds[number - 2]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, []), (1, [0]), (4, [0, 1, 2, 3]), (12, [0, 4, 7, 11]), (100, [0, 33, 66, 99])]
)
def test_a_few_labels_stand_below_a_line(count: int, shown: list[int]) -> None:
    assert rules.shown_labels(count) == shown


@pytest.mark.parametrize(
    ("due", "now", "days"),
    [
        (at(13, 9), at(13, 1), 0),
        (at(13, 16), at(13, 14), 1),  # 14 February in Seoul
        (at(13, 1), at(13, 9), 0),
        (at(10, 1), at(13, 1), -3),
    ],
)
def test_days_are_counted_where_people_live(due: datetime, now: datetime, days: int) -> None:
    assert rules.days_left(due, now, SEOUL) == days


@pytest.mark.parametrize(
    ("now", "percent"), [(at(10, 0), 0), (at(11, 12), 75), (at(12, 0), 100), (at(20, 0), 100), (at(1, 0), 0)]
)
def test_how_much_time_has_gone(now: datetime, percent: float) -> None:
    assert rules.elapsed_percent(at(10, 0), at(12, 0), now) == percent


def test_no_time_at_all_has_gone_entirely() -> None:
    assert rules.elapsed_percent(at(10, 0), at(10, 0), at(9, 0)) == 100


@pytest.mark.parametrize(
    ("stage", "tone"),
    [
        ("received", "information"),
        ("supplement", "warning"),
        ("answered", "success"),
        ("refused", "danger"),
        ("withdrawn", "gray"),
        ("anything", "primary"),
    ],
)
def test_stages_have_tones(stage: str, tone: str) -> None:
    assert rules.stage_tone(stage) == tone


@pytest.mark.parametrize(("view_box", "unit"), [("0 0 480 300", 1), ("0 0 6654 6225", 13.863), ("-5 -5 240 1", 0.5)])
def test_a_pin_is_as_large_on_any_map(view_box: str, unit: float) -> None:
    assert rules.drawing_unit(view_box) == unit
