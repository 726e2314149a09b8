"""What a case adds to the figures, how finely figures are kept, and into which periods time is cut. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import IntFlag
from itertools import combinations

from madang.kernel.cases import contracts as told
from madang.kernel.cases.rules import DISSATISFIED

SATISFIED = 4

Increment = dict[str, int]
PENDING = 0


class Kept(IntFlag):
    """What of a fact a counter keeps apart; what is not kept is added up. Without DAY, the month is kept."""

    INSTITUTION = 1
    PROCEDURE = 2
    TOPIC = 4
    DIVISION = 8
    DAY = 16


DETAIL = Kept.INSTITUTION | Kept.PROCEDURE | Kept.TOPIC | Kept.DIVISION | Kept.DAY
_SINGLES = (Kept.INSTITUTION, Kept.PROCEDURE, Kept.TOPIC, Kept.DIVISION)

# Each fact is counted at each of these levels. A million cases leave over two million counters of full detail, for
# hardly two agree in everything; whoever asks for one thing, or one thing of another, reads some thousands instead.
LEVELS: tuple[Kept, ...] = (Kept.DAY, *_SINGLES, *(one | other for one, other in combinations(_SINGLES, 2)), DETAIL)


def level_for(wanted: Kept) -> Kept:
    """The coarsest level that keeps all that is wanted."""
    return min((level for level in LEVELS if wanted in level), key=lambda level: level.bit_count())


def increments(event: told.CaseEvent) -> list[tuple[int, Increment]]:
    """What an event adds to the figures: of which institution, which counts, by how much."""
    here = event.institution_id
    match event:
        case told.CaseFiled():
            return [(here, {"received": 1})]
        case told.CaseTransferred():
            return [(event.from_institution_id, {"transferred_out": 1}), (here, {"transferred_in": 1})]
        case told.CaseClosed():
            return [(here, closed(event.on_time, event.days))]
        case told.CaseRated():
            return [(here, rated(event.score))]
        case told.CaseExtended(needs_consent=False):
            return [(here, {"extended": 1})]
    plain = {told.SupplementAsked: "supplements", told.FollowUpAsked: "follow_ups", told.CaseWithdrawn: "withdrawn"}
    return [(here, {plain[type(event)]: 1})] if type(event) in plain else []


def closed(on_time: bool | None, days: float) -> Increment:
    """What an answer adds; without a deadline it was neither on time nor late."""
    clock = {} if on_time is None else {"on_time": 1} if on_time else {"late": 1}
    return {"closed": 1, "days_sum": round(days * 100)} | clock


def rated(score: int) -> Increment:
    """What a rating of 1 to 5 adds."""
    return {
        "rated": 1,
        "score_sum": score,
        "satisfied": int(score >= SATISFIED),
        "dissatisfied": int(score <= DISSATISFIED),
    }


def step_for(since: date, until: date) -> str:
    """How long the periods of a trend are, so that there are enough of them and not too many."""
    days = (until - since).days
    return "day" if days < 32 else "week" if days < 184 else "month"


def period_of(day: date, step: str) -> date:
    """The first day of the period that a day falls in; weeks begin on Monday."""
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def periods(since: date, until: date, step: str) -> Iterator[date]:
    """The first days of all periods between two days."""
    day = period_of(since, step)
    while day <= until:
        yield day
        day = month_after(day) if step == "month" else day + timedelta(days=7 if step == "week" else 1)


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def split(since: date, until: date) -> tuple[tuple[date, date] | None, list[tuple[date, date]]]:
    """A time as whole months (the first days of the first and the last), and the days before and after them."""
    first = since if since.day == 1 else month_after(since)
    end = (until + timedelta(days=1)).replace(day=1)
    if first >= end:
        return None, [(since, until)]
    edges = [(since, first - timedelta(days=1)), (end, until)]
    return (first, (end - timedelta(days=1)).replace(day=1)), [(a, b) for a, b in edges if a <= b]
