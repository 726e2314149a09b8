"""What only pages need: sessions, accounts, messages and the like. A program carries a token, never a cookie."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxMiddleware

DOOR_OF_PROGRAMS, ITS_MANUAL = "/api/", "/docs"
# Nobody turns over more pages; whoever asks for a later one makes the database count for nothing.
LAST_PAGE = 1000


def page_number(request: HttpRequest) -> int:
    """Which page of a list is asked for (`?page=2`): the first, unless it is a number that a list can have."""
    asked = request.GET.get("page", "")
    return max(1, min(int(asked), LAST_PAGE)) if asked.isdecimal() and len(asked) < 10 else 1


class _ForPages:
    """Is not there at the door of programs: a cookie that comes in by it is not even read."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(DOOR_OF_PROGRAMS) and not request.path.endswith(ITS_MANUAL):
            response: HttpResponse = self.get_response(request)
        else:
            response = super().__call__(request)  # type: ignore[misc]
        return response


class Sessions(_ForPages, SessionMiddleware):
    """Who is who from page to page."""


class Accounts(_ForPages, AuthenticationMiddleware):
    """Who is signed in."""


class Messages(_ForPages, MessageMiddleware):
    """What the next page says of the last."""


class Htmx(_ForPages, HtmxMiddleware):
    """Whether a part of a page is asked for."""
