"""What the figures answer: counts of what happened to cases, and what they amount to. No person, no text, no case."""

from dataclasses import dataclass, fields
from datetime import date

# Under so many ratings no satisfaction is told: a mean of four says little of an office, and may say who was unhappy.
FEWEST_RATINGS = 5


@dataclass(frozen=True)
class Counts:
    """How often things happened. `days_sum` is in hundredths of calendar days, so that sums stay exact."""

    received: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    closed: int = 0
    on_time: int = 0
    late: int = 0
    days_sum: int = 0
    rated: int = 0
    score_sum: int = 0
    satisfied: int = 0
    dissatisfied: int = 0
    follow_ups: int = 0
    withdrawn: int = 0
    extended: int = 0
    supplements: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    @property
    def open(self) -> int:
        """How many more came than left: over all time, the cases that are open now."""
        came = self.received + self.transferred_in + self.follow_ups
        return came - self.transferred_out - self.closed - self.withdrawn

    @property
    def on_time_share(self) -> float | None:
        """Percent of the answers with a deadline that were sent before it; None where there was none."""
        return _percent(self.on_time, self.on_time + self.late)

    @property
    def mean_days(self) -> float | None:
        """Calendar days from reception to answer, the mean; None where nothing was answered."""
        return round(self.days_sum / 100 / self.closed, 1) if self.closed else None

    @property
    def mean_score(self) -> float | None:
        """The mean rating, 1 to 5; None under FEWEST_RATINGS."""
        return round(self.score_sum / self.rated, 1) if self.rated >= FEWEST_RATINGS else None

    @property
    def satisfied_share(self) -> float | None:
        """Percent of the ratings that are 4 or 5; None under FEWEST_RATINGS."""
        return _percent(self.satisfied, self.rated) if self.rated >= FEWEST_RATINGS else None

    @property
    def dissatisfied_share(self) -> float | None:
        """Percent of the ratings that are 1 or 2; None under FEWEST_RATINGS."""
        return _percent(self.dissatisfied, self.rated) if self.rated >= FEWEST_RATINGS else None


COUNTS = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True)
class Filters:
    """What the figures are about. Empty: all. `procedure` may be a service, `division` a province or a district."""

    since: date
    until: date
    institution: int | None = None
    procedure: str = ""
    topic: str = ""
    division: str = ""


@dataclass(frozen=True)
class Row:
    """The counts of one institution, topic, division or period; an empty code: of none."""

    code: str
    name: str
    name_en: str
    counts: Counts


@dataclass(frozen=True)
class Figures:
    """What happened between two days, in all and by institution, topic, place and time.

    `step` is day, week or month: how long each period of the trend is. Divisions are provinces, or the districts of the
    province that was asked for.
    """

    filters: Filters
    step: str
    totals: Counts
    trend: list[Row]
    institutions: list[Row]
    topics: list[Row]
    divisions: list[Row]


@dataclass(frozen=True)
class Live:
    """An institution at a glance: open now, received in the last 30 days, and how the last 12 months were answered."""

    open: int
    received: int
    year: Counts


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
