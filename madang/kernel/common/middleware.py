"""What every request gets: a number to find it by, the security headers, and one answer for each kind of error."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .errors import DomainError, Refused, TooMany, problem

log = logging.getLogger("madang.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Envelope:
    """Numbers the request, for the audit log and the logs, and seals the answer with the security headers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
        finally:
            request_id.reset(token)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        return response


class Problems:
    """Turns a domain error, or a database that is away, into the one error shape: page or problem+json."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return answer(request, error)
        if isinstance(error, (OperationalError, InterfaceError)):
            log.exception("database unavailable")
            return answer(request, Unavailable())
        return None


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing at this address, or nothing for this person: the same answer for both."""
    return answer(request, Refused())


class Unavailable(DomainError):
    """The database does not answer: nothing was changed, the same request may be sent again."""

    status = 503
    code = "unavailable"
    retry_after = 5


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer for a domain error, in the shape the caller reads."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(problem(error, instance=request.path), status=error.status)
        response.headers["Content-Type"] = "application/problem+json"
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if isinstance(error, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
