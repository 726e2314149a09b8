"""What mandates tell."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MandateEvent:
    """Something happened to a mandate; `by_id` is the person who did it."""

    mandate_id: int
    number: str
    by_id: int
    at: datetime


@dataclass(frozen=True)
class MandateProposed(MandateEvent):
    """One side proposed it; nothing holds yet."""


@dataclass(frozen=True)
class MandateAccepted(MandateEvent):
    """The other side accepted it, or an officer confirmed it: it holds from its first day on."""


@dataclass(frozen=True)
class MandateRefused(MandateEvent):
    """The other side, or an officer, refused it."""


@dataclass(frozen=True)
class MandateEnded(MandateEvent):
    """One side ended it, or took its proposal back; from this moment on nothing holds."""
