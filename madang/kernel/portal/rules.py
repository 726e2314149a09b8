"""Arithmetic of pages: where a chart's marks stand, which colour a value gets, how far away a deadline is.

All places are in percent of the drawing (0-100), so that the style sheet decides its size and its text stays readable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from math import floor, log10

TEXT_SIZES = ("small", "normal", "large", "larger")
TONES = ("gray", "primary", "information", "success", "warning", "danger")

_STAGE_TONES = {
    "information": {"received", "new", "draft", "submitted"},
    "warning": {"supplement", "waiting", "paused", "on-hold", "transferred"},
    "success": {"answered", "accepted", "granted", "completed", "issued", "adopted", "done"},
    "danger": {"rejected", "refused", "overdue", "failed"},
    "gray": {"withdrawn", "closed", "cancelled", "expired"},
}


def stage_tone(stage: str) -> str:
    """The tone of a case's stage; a stage no one listed is work under way ("primary")."""
    return next((tone for tone, stages in _STAGE_TONES.items() if stage in stages), "primary")


def days_left(due: datetime, now: datetime, zone: tzinfo) -> int:
    """Calendar days from today to the day of `due` in `zone`: 0 is today, negative is overdue."""
    today: date = now.astimezone(zone).date()
    return (due.astimezone(zone).date() - today).days


def elapsed_percent(start: datetime, due: datetime, now: datetime) -> float:
    """How much of the time from `start` to `due` has gone, 0 to 100."""
    whole = (due - start).total_seconds()
    return 100.0 if whole <= 0 else _within((now - start).total_seconds() / whole * 100)


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` with round `ticks` (low and high among them)."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def percent(self, value: float) -> float:
        """Where `value` stands between low (0) and high (100)."""
        return round((value - self.low) / (self.high - self.low) * 100, 2)


def scale(values: Iterable[float | None], *, from_zero: bool = True, parts: int = 4) -> Scale:
    """A round axis of about `parts` steps of 1, 2, 2.5 or 5 times a power of ten, that holds all values."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + 1
    step = _round_step((high - low) / parts)
    first, last = floor(low / step), -floor(-high / step)
    # 3 * 0.1 is 0.30000000000000004: ten digits are enough for a figure people read.
    ticks = tuple(float(f"{index * step:.10g}") for index in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


@dataclass(frozen=True)
class Point:
    """One mark of a line: `x` from the left, `y` from the top, in percent."""

    x: float
    y: float
    index: int


def line(values: Sequence[float | None], axis: Scale) -> list[list[Point]]:
    """The unbroken runs of a line over equally spaced columns; a missing value breaks the line."""
    runs: list[list[Point]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = 50.0 if len(values) == 1 else round(index / (len(values) - 1) * 100, 2)
        runs[-1].append(Point(x, round(100 - axis.percent(value), 2), index))
    return [run for run in runs if run]


def shares(values: Sequence[float], whole: float) -> list[float]:
    """Each value as percent of `whole` (0 when there is nothing to share)."""
    return [round(value / whole * 100, 2) if whole else 0.0 for value in values]


def stack(values: Sequence[float], whole: float) -> list[tuple[float, float]]:
    """(start, width) of parts laid end to end, in percent of `whole`."""
    parts, start = [], 0.0
    for width in shares(values, whole):
        parts.append((round(start, 2), width))
        start += width
    return parts


def breaks(values: Iterable[float], count: int = 5) -> list[float]:
    """Upper bounds of at most `count` classes with about equally many values in each (quantiles, none twice)."""
    ordered = sorted(values)
    if not ordered:
        return []
    bounds = [ordered[max(0, -(-len(ordered) * part // count) - 1)] for part in range(1, count + 1)]
    return sorted(set(bounds))


def class_of(value: float, bounds: Sequence[float]) -> int:
    """The number (from 1) of the class that holds `value`."""
    return next((number for number, bound in enumerate(bounds, 1) if value <= bound), len(bounds))


def drawing_unit(view_box: str) -> float:
    """How many units of a drawing ("0 0 960 700") are one where it is 480 wide: for hatchings and pins on any map."""
    return round(float(view_box.split()[2]) / 480, 3)


def shown_labels(count: int, limit: int = 4) -> list[int]:
    """Which of `count` equally spaced labels to print: first and last, and evenly between, at most `limit`."""
    if count <= limit:
        return list(range(count))
    return [round(part * (count - 1) / (limit - 1)) for part in range(limit)]


def _round_step(rough: float) -> float:
    power = 10 ** floor(log10(rough))
    return next(unit * power for unit in (1, 2, 2.5, 5, 10) if unit * power >= rough * 0.999999)


def _within(percent: float) -> float:
    return round(min(100.0, max(0.0, percent)), 2)
