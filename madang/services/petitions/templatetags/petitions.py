"""What petitions add to the pages of the portal."""

from typing import Any

from django.template import Library

from madang.services.petitions.queries import suggest

register = Library()


@register.inclusion_tag("petitions/choose.html")
def proposals(title: str, body: str, chosen: str | None) -> dict[str, Any]:
    """The institutions that a text would go to, the surest first, for its writer to choose from."""
    found = suggest(title, body) if title or body else []
    return {
        "proposals": [{"institution": one.institution, "percent": round(one.confidence * 100)} for one in found],
        "chosen": chosen,
    }


@register.simple_tag
def places_for(case: Any) -> list[Any]:
    """Where the router would send this case, the surest first."""
    return list(case.suggestions.select_related("institution", "department"))
