"""How good a router is, told honestly: on texts it has not learned from."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .routing_terms import Example

if TYPE_CHECKING:
    from .routing import Router

BINS = 10
MOST_CONFUSED = 10


@dataclass(frozen=True)
class LabelFigures:
    """How a label fared: how many texts are its own, how many were given it, and how many of those rightly."""

    label: str
    texts: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        """The share of the texts given to it that are its own; 0 where none was given."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """The share of its own texts that were given to it; 0 where it has none."""
        return self.right / self.texts if self.texts else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.texts + self.given
        return 2 * self.right / both if both else 0.0


@dataclass(frozen=True)
class Report:
    """Shares of 0 to 1 over `texts` texts.

    `ece` is how far confidence is from the share of right answers, on average over ten bins; `ms` the milliseconds of
    processor time a text. `confused` has (true label, given label, how often), the most often first.
    """

    texts: int
    top1: float
    top3: float
    macro_f1: float
    ece: float
    confidence: float
    ms: float
    labels: tuple[LabelFigures, ...]
    confused: tuple[tuple[str, str, int], ...]

    def as_text(self) -> str:
        """The report as lines for a terminal."""
        lines = [
            f"{self.texts} texts, {len(self.labels)} labels",
            f"first suggestion right  {self.top1:6.1%}    among the first three  {self.top3:6.1%}",
            f"macro F1                {self.macro_f1:6.3f}    calibration error      {self.ece:6.3f}",
            f"confidence on average   {self.confidence:6.1%}    time a text            {self.ms:4.2f} ms",
            "",
            f"{'texts':>6} {'given':>6} {'prec.':>6} {'recall':>6} {'F1':>6}  label",
            *(
                f"{one.texts:6} {one.given:6} {one.precision:6.2f} {one.recall:6.2f} {one.f1:6.2f}  {one.label}"
                for one in self.labels
            ),
        ]
        if self.confused:
            lines += ["", "most confused (how often: true > given)"]
            lines += [f"{times:6}: {true} > {given}" for true, given, times in self.confused]
        return "\n".join(lines)


def evaluate(router: "Router", examples: Sequence[Example]) -> Report:
    """Routes texts whose labels are known, and counts. Labels that are neither true nor given count nowhere."""
    started = time.thread_time()
    found = [router.suggest(one.title, one.body) for one in examples]
    ms = (time.thread_time() - started) * 1000
    true = [one.label for one in examples]
    given = [one[0].label if one else "" for one in found]
    sure = [one[0].confidence if one else 0.0 for one in found]
    right = [one == other for one, other in zip(true, given, strict=True)]
    in_three = sum(label in [other.label for other in one] for one, label in zip(found, true, strict=True))
    own, times = Counter(true), Counter(label for label in given if label)
    hits = Counter(label for label, hit in zip(true, right, strict=True) if hit)
    figures = [LabelFigures(label, own[label], times[label], hits[label]) for label in {*own, *times}]
    figures.sort(key=lambda one: (-one.texts, one.label))
    wrong = Counter((one, other) for one, other in zip(true, given, strict=True) if one != other and other)
    confused = sorted(wrong.items(), key=lambda one: (-one[1], one[0]))[:MOST_CONFUSED]
    number = len(examples)
    return Report(
        texts=number,
        top1=sum(right) / number if number else 0.0,
        top3=in_three / number if number else 0.0,
        macro_f1=sum(one.f1 for one in figures) / len(figures) if figures else 0.0,
        ece=_calibration_error(sure, right),
        confidence=sum(sure) / number if number else 0.0,
        ms=ms / number if number else 0.0,
        labels=tuple(figures),
        confused=tuple((one, other, count) for (one, other), count in confused),
    )


def _calibration_error(sure: list[float], right: list[bool]) -> float:
    """The distance of confidence and the share of right answers in each tenth of confidence, weighted by its texts."""
    gaps = [0.0] * BINS
    for confidence, hit in zip(sure, right, strict=True):
        gaps[min(int(confidence * BINS), BINS - 1)] += confidence - hit
    return sum(map(abs, gaps)) / len(sure) if sure else 0.0
