"""What goes into a router and what comes out of it, in words that cost nothing to import."""

from dataclasses import dataclass
from typing import TypeAlias

# A title and a body.
Text: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Example:
    """A past text, and the label where it belonged; one of weight 2 counts as two."""

    title: str
    body: str
    label: str
    weight: float = 1.0


@dataclass(frozen=True)
class Suggestion:
    """A label, and how sure the router is of it, 0 to 1."""

    label: str
    confidence: float
