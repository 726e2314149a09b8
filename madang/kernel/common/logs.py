"""Logs that programs can read: one JSON object a line, each with the number of its request; and one line a request.

What people sent, query strings included, is never logged: only the pattern of the address, and keys.
"""

import logging
from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from pythonjsonlogger.json import JsonFormatter

from .metrics import count_request
from .middleware import Handler, request_id

access = logging.getLogger("madang.access")

NO_ROUTE = "unknown"
TOLD = frozenset(
    ("time", "level", "logger", "message", "request", "method", "route", "status", "ms", "person", "exc_info")
)


def number(record: logging.LogRecord) -> None:
    """Puts the number of the request, or of the job, on a line; Django has put there the request itself."""
    record.request = request_id.get() or "-"


class Json(JsonFormatter):
    """A line as one JSON object: time, level, logger, message, request, and what else the line tells."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            json_ensure_ascii=False,
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    def format(self, record: logging.LogRecord) -> str:
        number(record)
        return super().format(record)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        # What libraries hang on their lines, a whole request or the arguments of a job, stays out.
        return {name: value for name, value in log_data.items() if name in TOLD}


class Lines(logging.Formatter):
    """A line for people, with the first digits of the number of its request."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {request:.8} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        number(record)
        return super().format(record)


class Logbook:
    """One line for each request, and one count of it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = perf_counter()
        response = self.get_response(request)
        seconds = perf_counter() - begin
        route = request.resolver_match.route if request.resolver_match else NO_ROUTE
        method, status = request.method or "", response.status_code
        count_request(route, method, status, seconds)
        access.info(
            "%s /%s %d in %.0f ms", method, route, status, seconds * 1000,
            extra={
                "method": method, "route": f"/{route}", "status": status, "ms": round(seconds * 1000, 1),
                "person": person_of(request),
            },
        )  # fmt: skip
        return response


def person_of(request: HttpRequest) -> int | None:
    """The key of the person who asked, if the request was answered to anybody: nothing is looked up for it."""
    account = getattr(request, "_cached_user", None)
    return getattr(account, "person_id", None) or getattr(getattr(request, "auth", None), "pk", None)
