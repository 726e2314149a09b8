"""What institutions tell."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DayOffAnnounced:
    """A day off was announced; None: for every institution."""

    date: date
    institution_id: int | None
