"""What every request gets: a number to find it by, the security headers, and one answer for each kind of error."""

import logging
import re
import select
import sys
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.views.defaults import server_error

from .errors import DomainError, Failed, Refused, StepUp, TooMany, Unavailable, Unkeepable, WrongMethod, problem

log = logging.getLogger("madang.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")

Handler = Callable[[HttpRequest], HttpResponse]

DATABASE_AWAY = (OperationalError, InterfaceError)

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        # A form may lead to who vouches for people; browsers hold redirects to the same rule.
        " ".join(["form-action 'self'", *(one.origin for one in settings.IDENTITY_PROVIDERS if one.origin)]),
        "frame-ancestors 'none'",
    )
)


class Envelope:
    """Numbers the request, for the audit log and the logs, and seals the answer with the security headers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(number_of(request))
        leave_dead_connections()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
        finally:
            request_id.reset(token)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in request.COOKIES:
            # What is shown to one person stays in no cache, on no shared machine.
            response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        return response


def number_of(request: HttpRequest) -> str:
    """The number a proxy gave the request, so that its logs and ours speak of the same one; else one of our own.

    Without a proxy in front anybody could choose it, and with it what the audit log says.
    """
    if settings.BEHIND_PROXY:
        given = request.META.get("HTTP_X_REQUEST_ID", "").replace("-", "").lower()
        if re.fullmatch(r"[0-9a-z]{16,32}", given, re.ASCII):
            return str(given)
    return uuid4().hex


def leave_dead_connections() -> None:
    """After a restart of the database nobody pays with an error for a connection that was kept from before it.

    Between requests a live connection has nothing to read; one that was ended has its end. No question is sent for this.
    """
    for kept in connections.all(initialized_only=True):
        if kept.connection and not kept.connection.closed and not kept.in_atomic_block:
            waiting = select.poll()
            waiting.register(kept.connection.fileno(), select.POLLIN)
            if waiting.poll(0):
                kept.close()


class Problems:
    """Turns a domain error, or a database that is away, into the one error shape: page or problem+json."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.path.startswith("/api/"):
            refusal = answer(request, WrongMethod())
            refusal.headers["Allow"] = response.headers.get("Allow", "")
            return refusal
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return answer(request, error)
        if isinstance(error, DATABASE_AWAY):
            return away(request, error)
        if isinstance(error, DataError):
            return unkeepable(request, error)
        return None


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing at this address, or nothing for this person: the same answer for both."""
    return answer(request, Refused())


def unkeepable(request: HttpRequest, error: Exception) -> HttpResponse:
    """What was sent holds something the database has no place for: a NUL character, a number beyond all bounds."""
    log.warning("the database cannot hold what was sent: %s", type(error.__cause__).__name__)
    return answer(request, Unkeepable())


def away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database does not answer: an answer that needs none, and one line in the log however many ask."""
    log.error("the database does not answer %r: %s", request.path, str(error).partition("\n")[0])
    return answer(request, Unavailable())


def failed(request: HttpRequest) -> HttpResponse:
    """The answer to an error that reached no view: while a session is read or written, or a page is drawn."""
    error = sys.exc_info()[1]
    if isinstance(error, DATABASE_AWAY):
        return away(request, error)
    return broken(request) if request.path.startswith("/api/") else server_error(request)


def broken(request: HttpRequest) -> HttpResponse:
    """An error of ours, for a program: with the number by which an operator finds it in the logs."""
    return answer(request, Failed(number=request_id.get()))


def step_up(level: int, back: str) -> HttpResponse:
    """Off to where one shows more surely who one is, and `back` from there."""
    return redirect(f"{resolve_url(settings.STEP_UP_URL)}?{urlencode({'level': str(level), 'next': back})}")


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer for a domain error, in the shape the caller reads."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(problem(error, instance=request.path), status=error.status)
        response.headers["Content-Type"] = "application/problem+json"
    elif isinstance(error, StepUp):
        back = request.get_full_path() if request.method == "GET" else ""
        response = step_up(error.level, back)
    elif isinstance(error, Unavailable):
        # Drawn without the request, in which the reader's account would be looked up.
        again = request.get_full_path() if request.method == "GET" else ""
        page = render_to_string("503.html", {"error": error, "again": again})
        response = HttpResponse(page, status=error.status)
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if isinstance(error, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
