"""Where an agency sends people: they sign in, see what will be told, agree or not, and go back with a code."""

import re
from datetime import UTC, datetime
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.oauth2_backends import get_oauthlib_core

from madang.kernel.common.errors import DomainError
from madang.kernel.common.middleware import POLICY
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of

from ..actions import consent, sign_in
from ..engine import proof
from ..models import Client
from ..queries import consent_of, hinted, issuer, subject, told
from ..rules import digest, origin

# PKCE by S256: the hash, as base64url.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_AGAIN = "again"
_UNKNOWN = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


class _Asked:
    """What an agency asks for, found to be well formed."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        scopes, found = get_oauthlib_core().validate_authorization_request(_Query(request))
        self.scopes: list[str] = list(dict.fromkeys(scopes))
        self.redirect_uri: str = found["redirect_uri"]
        self.client: Client = found["request"].client
        self.prompt: set[str] = set(found["prompt"])
        self.query = {name: value for name, value in request.GET.items() if name != _AGAIN}

    @property
    def problem(self) -> str:
        """Why it cannot be done, in the words of the standard; empty when it can."""
        get = self.request.GET
        for name, error in _UNKNOWN.items():
            if name in get:
                return error
        nonce = get.get("nonce", "")
        well = _CHALLENGE.fullmatch(get.get("code_challenge", "")) and len(nonce) <= 255 and nonce.isprintable()
        return "" if well and re.fullmatch(r"\d{0,9}", get.get("max_age", "")) else "invalid_request"

    @property
    def again_asked_at(self) -> float | None:
        """When the person was sent to prove anew who they are, for this very request."""
        try:
            of, at = signing.loads(self.request.GET.get(_AGAIN, ""), salt="openid.again", max_age=3600)
        except signing.BadSignature:
            return None
        return float(at) if of == self._digest else None

    def address(self, name: str) -> str:
        """This request once more, noting that somebody was sent to prove who they are now."""
        at = self.again_asked_at or time()
        again = signing.dumps([self._digest, at], salt="openid.again")
        return f"{reverse(name)}?{urlencode(self.query | {_AGAIN: again})}"

    @property
    def _digest(self) -> str:
        return digest(urlencode(sorted(self.query.items())))

    def wants_proof(self, person: Person) -> bool:
        """Whether this person must sign in again: asked to, too long ago, or somebody else was meant."""
        proved = proof.proved_at(self.request)
        if self.again_asked_at is not None:
            return proved < self.again_asked_at
        longest = self.request.GET.get("max_age", "")
        return (
            bool(self.prompt & {"login", "select_account"})
            or (longest != "" and time() - proved > int(longest))
            or self.means_another_than(person)
        )

    def means_another_than(self, person: Person) -> bool:
        """Whether the agency names, by an ID token it was given, somebody else."""
        hint = self.request.GET.get("id_token_hint", "")
        return hint != "" and (hinted(hint) or {}).get("sub") != subject(self.client, person)


@never_cache
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint (OpenID Connect Core 3.1.2)."""
    try:
        asked = _Asked(request)
    except FatalClientError as error:
        raise _stray() from error
    except OAuthToolkitError as error:
        wrong = error.oauthlib_error
        if not wrong.redirect_uri:
            raise _stray() from error
        return _back(wrong.redirect_uri, {"error": wrong.error, "state": wrong.state})
    except ValueError as error:
        raise _stray() from error
    if asked.problem:
        return _refuse(asked, asked.problem)
    person = person_of(request)
    if person is None or asked.wants_proof(person):
        return _refuse(asked, "login_required") if "none" in asked.prompt else _to_sign_in(asked)
    if asked.means_another_than(person):
        return _refuse(asked, "login_required")
    if request.method == "POST":
        if "agree" not in request.POST:
            return _refuse(asked, "access_denied")
        with transaction.atomic():
            consent(asked.client, by=person, scopes=asked.scopes)
            return _go_on(asked, person)
    given = consent_of(person, asked.client)
    if given and set(asked.scopes) <= set(given.scopes) and "consent" not in asked.prompt:
        return _go_on(asked, person)
    if "none" in asked.prompt:
        return _refuse(asked, "consent_required")
    return _ask(asked, person)


@never_cache
def go_on(request: HttpRequest) -> HttpResponse:
    """Where one comes from the sign-in page: a page of its own, because a form's answer must not lead off this site."""
    query = request.GET.urlencode()
    return render(request, "openid/continue.html", {"address": f"{reverse('openid:authorize')}?{query}"})


def leads_to(response: HttpResponse, uri: str) -> HttpResponse:
    """Lets the form of this one page lead to an agency's registered address."""
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {origin(uri)}")
    response.headers["Content-Security-Policy"] = policy
    return response


def with_words(uri: str, words: dict[str, str | None]) -> str:
    """An address with some more words in its query."""
    more = urlencode({name: value for name, value in words.items() if value})
    return f"{uri}{'&' if '?' in uri else '?'}{more}" if more else uri


def _ask(asked: _Asked, person: Person) -> HttpResponse:
    """The page that asks for consent, with what will be told, word for word."""
    client = asked.client
    labels = {
        "name": _("Name"),
        "locale": _("Language"),
        "birthdate": _("Date of birth"),
        "email": _("E-mail"),
        "phone_number": _("Telephone"),
    }
    values = told(person, asked.scopes)
    if "locale" in values:
        values["locale"] = person.get_language_display()
    context = {
        "client": client,
        "host": urlsplit(asked.redirect_uri).netloc,
        "told": [(labels[claim], value) for claim, value in values.items()],
        "breadcrumbs": [(_("Sign in at an agency"), "")],
    }
    return leads_to(render(asked.request, "openid/consent.html", context), asked.redirect_uri)


def _go_on(asked: _Asked, person: Person) -> HttpResponse:
    """Back to the agency, with a code; on record, and seen by the person."""
    request = asked.request
    with transaction.atomic():
        credentials = {"redirect_uri": asked.redirect_uri, "state": request.GET.get("state")}
        uri, _headers, _body, _status = get_oauthlib_core().create_authorization_response(
            _Query(request), asked.scopes, credentials, allow=True
        )
        code = parse_qs(urlsplit(uri).query)["code"][-1]
        mark = proof.browser(request)
        sign_in(
            asked.client,
            by=person,
            scopes=asked.scopes,
            code=code,
            browser=mark,
            session=request.session.session_key or "",
            proved_at=datetime.fromtimestamp(proof.proved_at(request), UTC),
            assurance=person.assurance,
            methods=proof.methods(request),
        )
    return _back(asked.redirect_uri, {"code": code, "state": request.GET.get("state")})


def _refuse(asked: _Asked, error: str) -> HttpResponse:
    return _back(asked.redirect_uri, {"error": error, "state": asked.request.GET.get("state")})


def _back(uri: str, words: dict[str, str | None]) -> HttpResponse:
    return HttpResponseRedirect(with_words(uri, words | {"iss": issuer()}))


def _to_sign_in(asked: _Asked) -> HttpResponse:
    """To the sign-in page, and from there back to this request.

    Who comes back from there without having signed in again is signed out first: the page lets the signed-in pass.
    """
    if asked.again_asked_at is not None and asked.request.user.is_authenticated:
        logout(asked.request)
    page = settings.REAUTHENTICATE_URL if asked.request.user.is_authenticated else settings.LOGIN_URL
    there = urlencode({"next": asked.address("openid:continue")})
    return HttpResponseRedirect(f"{resolve_url(page)}?{there}")


class _Query:
    """The request as the agency made it: what the person sent by our form is no part of it."""

    method, POST = "GET", QueryDict()

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


def _stray() -> DomainError:
    """Nobody may be sent to an address that is not registered; so the person is told here, in words."""
    return DomainError(
        "openid.stray",
        _("The agency that sent you here is not known by this address."),
        remedy=_("Go back to the agency and begin again. If it stays so, tell the agency: its registration is wrong."),
    )
