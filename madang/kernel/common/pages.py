"""What pages need: short ways, and what only pages need: sessions, accounts, messages. A program carries a token."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django_htmx.middleware import HtmxMiddleware

TEXTS = ("text/", "application/json", "application/problem+json", "application/geo+json")
DOOR_OF_PROGRAMS, ITS_MANUAL = "/api/", "/docs"
# Nobody turns over more pages; whoever asks for a later one makes the database count for nothing.
LAST_PAGE = 1000


def page_number(request: HttpRequest) -> int:
    """Which page of a list is asked for (`?page=2`): the first, unless it is a number that a list can have."""
    asked = request.GET.get("page", "")
    return max(1, min(int(asked), LAST_PAGE)) if asked.isdecimal() and len(asked) < 10 else 1


class Compressed(GZipMiddleware):
    """Text goes over a slow line at a quarter of its length; files go as they are, for they seldom get smaller.

    Django's own adds random bytes, so that the length tells nothing of what a page holds (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)


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
