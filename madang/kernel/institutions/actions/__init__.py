"""What happens to institutions, posts and the calendar."""

from .keeping import announce_day_off, appoint, arrange, found, revise
from .loading import Outcome, load_country, load_departments, load_divisions, load_institutions

__all__ = [
    "Outcome",
    "announce_day_off",
    "appoint",
    "arrange",
    "found",
    "load_country",
    "load_departments",
    "load_divisions",
    "load_institutions",
    "revise",
]
