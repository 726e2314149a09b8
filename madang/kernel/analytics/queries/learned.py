"""What was learned from past cases, kept by name: routers that say where a text belongs."""

from functools import lru_cache

from madang.kernel.common.memory import remembered

from ..engine.routing import Example, Report, Router, Suggestion, evaluate
from ..models import Learned

# What one process has learned is used by every other within so many seconds.
FRESH = 30.0


@remembered(FRESH)
def router(name: str) -> Router | None:
    """The newest trained router of this name; None before the first training."""
    newest = Learned.objects.filter(name=name).order_by("-id").values_list("id", flat=True).first()
    return _loaded(newest) if newest else None


@lru_cache(maxsize=4)
def _loaded(key: int) -> Router:
    return Router.loads(bytes(Learned.objects.get(pk=key).body))


__all__ = ["Example", "Report", "Router", "Suggestion", "evaluate", "router"]
