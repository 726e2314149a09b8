"""The API for programs: every app's `api.py` with a `router` is found by folder and hangs under its label."""

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from madang.kernel.common.errors import DomainError, Invalid
from madang.kernel.common.middleware import answer, away, broken, unkeepable
from madang.kernel.identity.api import NotSignedIn

log = logging.getLogger("madang.api")

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What was not done, why, and what to do next (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "A URN of the code."},
        "title": {"type": "string", "description": "The kind of problem."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What the matter is, in the language that was asked for."},
        "instance": {"type": "string", "description": "The address that was asked."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "remedy": {"type": "string", "description": "What to do next."},
        "fields": {
            "type": "object",
            "description": "Messages for single inputs.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "retry_after": {"type": "integer", "description": "Seconds to wait."},
        "level": {
            "type": "integer",
            "description": "How surely you must be known: 2 verified, 3 by a strong factor too.",
        },
    },
}
ALWAYS = {
    "400": "The request cannot be read.",
    "401": "It names nobody, or somebody whose token is no good.",
    "403": "You may see this, but you may not do this; or you must be known more surely for it (`level`).",
    "404": "There is nothing here, or nothing for you.",
    "405": "The address is there, but not for this method.",
    "422": "What was sent cannot be accepted; `fields` says where and why.",
    "429": "Too often in too short a time.",
    "500": "An error of ours.",
    "503": "The database does not answer.",
}
WRITES = {
    "409": "It has changed, or is in no state for this.",
    "413": "It is too large.",
}


class Described(NinjaAPI):
    """An API whose description says of each call how it may be answered when it is not done."""

    def get_openapi_schema(self, **rest: Any) -> OpenAPISchema:
        described = super().get_openapi_schema(**rest)
        described["components"]["schemas"]["Problem"] = PROBLEM
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for calls in described["paths"].values():
            for method, call in calls.items():
                for status, what in (ALWAYS if method == "get" else ALWAYS | WRITES).items():
                    call["responses"].setdefault(int(status), {"description": what, "content": content})
        return described


api = Described(
    title="Madang",
    version="1.0.0",
    description="Everything the pages do, for programs. Sign in with a personal access token: "
    "`Authorization: Bearer madang_…`. Send an `Idempotency-Key` with each POST, and a repeated request happens once. "
    "Errors are problem+json (RFC 9457).",
    openapi_url="openapi.json",
    docs_url="docs",
    urls_namespace="api",
)


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return answer(request, error)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    return away(request, error)


@api.exception_handler(Exception)
def _error_of_ours(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error(
        "%s of %s failed", request.method, request.resolver_match and request.resolver_match.route, exc_info=error
    )
    return broken(request)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(RecursionError)
def _too_strange(request: HttpRequest, error: Exception) -> HttpResponse:
    # Thousands of parameters, or brackets in brackets without end: no error of ours.
    return _http_error(request, HttpError(400, str(_("The request is not of the shape that the API reads."))))


@api.exception_handler(DataError)
def _unkeepable(request: HttpRequest, error: Exception) -> HttpResponse:
    return unkeepable(request, error)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(request, NotSignedIn())


@api.exception_handler(ValidationError)
def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, list[str]] = {}
    for one in error.errors:
        place = ".".join(str(part) for part in one["loc"] if part not in ("body", "payload", "query", "path"))
        fields.setdefault(place or "body", []).append(one["msg"])
    return answer(request, Invalid(fields=fields))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = DomainError("bad-request", str(error), remedy=_("Compare the request with the API documentation."))
    problem.status = error.status_code
    return answer(request, problem)


for _config in apps.get_app_configs():
    if _config.name.startswith("madang.") and find_spec(f"{_config.name}.api"):
        _module = import_module(f"{_config.name}.api")
        if hasattr(_module, "router"):
            api.add_router(f"/{_config.label}", _module.router, tags=[_config.label])
