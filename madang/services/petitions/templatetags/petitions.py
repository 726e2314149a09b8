"""What petitions add to the pages of the portal."""

from typing import Any

from django.template import Library

from madang.services.petitions.queries import suggest

register = Library()


@register.inclusion_tag("petitions/proposals.html")
def proposals(title: str, body: str) -> dict[str, Any]:
    """The institutions that a text would go to, the surest first."""
    return {"proposals": suggest(title, body) if title or body else []}
