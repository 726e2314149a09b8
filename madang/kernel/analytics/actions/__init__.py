"""What analytics does: it counts, and it learns."""

from .counting import fold, recount, tally
from .learning import learn

__all__ = ["fold", "learn", "recount", "tally"]
