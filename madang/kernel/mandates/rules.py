"""How far a mandate reaches, until when, and as what its holder stands to a case. Pure: facts in, answer out."""

from collections.abc import Collection
from datetime import date, timedelta

# What a mandate may be for its holder: file and read what they filed; the same with all cases of the principal; read
# all of them and do nothing.
FILING = frozenset({"file", "all"})
READING_ALL = frozenset({"read", "all"})

# What may become of a proposal, and of what was agreed.
STATES = ("proposed", "lapsed", "refused", "coming", "holds", "expired", "ended")


def last_day_as_minor(born: date, majority: int) -> date:
    """The day before somebody comes of age; born on 29 February, it is the last of February (Civil Act 4, 158, 160)."""
    try:
        return born.replace(year=born.year + majority) - timedelta(days=1)
    except ValueError:
        return date(born.year + majority, 2, 28)


def latest_end(since: date, years: int) -> date:
    """The last day that a mandate for at most so many years can have."""
    return last_day_as_minor(since, years)


def covers(scope: Collection[str], procedure: str) -> bool:
    """Whether a scope (services and procedures by name; empty: everything) holds this procedure."""
    return not scope or procedure in scope or procedure.partition(".")[0] in scope


def state(
    *, proposed: date, answer_days: int, accepted: bool, refused: bool, ended: bool, since: date, until: date | None,
    today: date,
) -> str:  # fmt: skip
    """In which of `STATES` a mandate is on a day. It ends by itself: nobody has to do anything on its last day."""
    if refused:
        return "refused"
    if ended:
        return "ended"
    if not accepted:
        return "lapsed" if today > proposed + timedelta(days=answer_days) else "proposed"
    if until is not None and today > until:
        return "expired"
    return "coming" if today < since else "holds"


def stands_as(kind: str, post: str, may: str) -> str:
    """As what a holder stands to a case: representative (by law or for a company), agent, or reader.

    A parent and who represents a company stand in their place by law, and may do all that the principal may. An agent
    may do everything but what ends the procedure: that needs the principal (Administrative Procedures Act 11(4), 12(2)).
    """
    if may == "read":
        return "reader"
    return "representative" if kind == "child" or post == "representative" else "agent"
