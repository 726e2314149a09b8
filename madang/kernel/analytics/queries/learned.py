"""What was learned from past cases, kept by name: routers that say where a text belongs."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from madang.kernel.common.memory import remembered

from ..engine.routing_report import Report, evaluate
from ..engine.routing_terms import Example, Suggestion, Text
from ..models import Learned

# The router itself, with NumPy and SciPy, is imported where it is used: most processes never do.
if TYPE_CHECKING:
    from ..engine.routing import Router

# What one process has learned is used by every other within so many seconds.
FRESH = 30.0


@remembered(FRESH)
def router(name: str) -> "Router | None":
    """The newest trained router of this name; None before the first training."""
    newest = Learned.objects.filter(name=name).order_by("-id").values_list("id", flat=True).first()
    return _loaded(newest) if newest else None


def trained(examples: Sequence[Example], competences: Mapping[str, str]) -> "Router":
    """A router that has learned from past texts, the newest first, and from what each place says it answers for."""
    from ..engine.routing import Router

    return Router.train(examples, competences)


@lru_cache(maxsize=4)
def _loaded(key: int) -> "Router":
    from ..engine.routing import Router

    return Router.loads(bytes(Learned.objects.get(pk=key).body))


__all__ = ["Example", "Report", "Suggestion", "Text", "evaluate", "router", "trained"]
