"""The API of petitions: what every service has for its cases, and where a text would be sent."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Schema

from madang.kernel.cases.api import case_router
from madang.kernel.common.limits import SEARCHES, limited

from .queries import suggest

router = case_router("petitions")


class SuggestionOut(Schema):
    """An institution that may be the right one."""

    institution: str
    name: str
    confidence: float = Field(ge=0, le=1)


@router.get("/suggestions/", response=list[SuggestionOut], summary="Suggest an institution")
@limited("suggestions", SEARCHES)
def suggestions(
    request: HttpRequest, title: str = Query("", max_length=200), body: str = Query("", max_length=20_000)
) -> Any:
    """The three likeliest institutions for a text, the surest first."""
    found = suggest(title, body)
    return [
        {"institution": one.institution.code, "name": str(one.institution), "confidence": round(one.confidence, 4)}
        for one in found
    ]
