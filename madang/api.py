"""The API for programs: every app's `api.py` with a `router` is found by folder and hangs under its label."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from madang.kernel.common.errors import DomainError, Invalid
from madang.kernel.common.middleware import answer, away
from madang.kernel.identity.api import NotSignedIn

api = NinjaAPI(
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
