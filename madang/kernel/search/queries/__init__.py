"""Finding: what is asked for, and what is like it."""

from .audience import audiences
from .find import Count, Hit, Page, search
from .similar import Similar, similar

__all__ = ["Count", "Hit", "Page", "Similar", "audiences", "search", "similar"]
