"""Every address of the site, found by walking them: what passers-by may open, and that no form is taken unasked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# What everyone may see. An address that is not here, and yet shown to a passer-by, is a mistake.
OPEN = {
    "account_login",
    "account_signup",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_password_reset_completed",
    "account_email_verification_sent",
    "account_inactive",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "portal:home",
    "portal:accessibility",
    "portal:health",
    "portal:search",
    "portal:services",
    "portal:procedure",
    "portal:institutions",
    "portal:institution-options",
    "portal:institution",
    "portal:figures",
    "portal:figures-json",
    "portal:figures-csv",
    "portal:styleguide",
    "petitions:list",
    "petitions:start",
    "portal:ready",
    "portal:metrics",
    "openid:configuration",
    "openid:continue",
    "openid:keys",
}
# What programs call with a secret of their own, and browsers with nothing that is sent by itself.
FOR_PROGRAMS = {"openid:token", "openid:userinfo", "openid:sign-out"}
SAMPLES = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "slug": "town", "str": "x", "path": "x"}


def addresses(at: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Each address below, with its name and with something put in where it wants something."""
    for one in at.url_patterns:
        pattern = getattr(one.pattern, "_route", None)
        if pattern is None:
            # A regular expression, as libraries have a few: looked at only where it is a plain word.
            pattern = one.pattern.regex.pattern.strip("^$\\Z")
            if set(pattern) & set("(?[*+"):
                continue
        for name, converter in one.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            pattern = pattern.replace(f"<{kind}:{name}>", SAMPLES[kind]).replace(f"<{name}>", "x")
        if isinstance(one, URLResolver):
            yield from addresses(one, prefix + pattern, f"{one.namespace or space}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", f"/{prefix}{pattern}", one


PAGES = [(name, path) for name, path, _one in addresses(get_resolver()) if not path.startswith("/api/")]
CALLS = [path for _name, path, _one in addresses(get_resolver()) if path.startswith("/api/")]


def test_the_walk_finds_the_site():
    names = {name for name, _path in PAGES}
    assert {"portal:case-move", "identity:revoke-token", "notices:read", "admin:index", "account_login"} <= names
    assert len(CALLS) > 20


@pytest.mark.parametrize(("name", "path"), PAGES, ids=[path for _name, path in PAGES])
def test_a_passer_by_opens_only_what_is_open(db: None, town: Any, name: str, path: str):
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code < 500
    assert answer.status_code != 200 or name in OPEN


@pytest.mark.parametrize(("name", "path"), PAGES, ids=[path for _name, path in PAGES])
def test_no_form_of_another_site_is_taken(citizen: Any, name: str, path: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(citizen.account)
    answer = client.post(path, {"csrfmiddlewaretoken": "x" * 64}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403 or name in FOR_PROGRAMS, answer.status_code


@pytest.mark.parametrize("path", CALLS)
def test_the_door_of_programs_takes_no_cookie(citizen: Any, town: Any, path: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(citizen.account)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(path, "{}", content_type="application/json")
        assert answer.status_code in (401, 403, 405), (method, answer.status_code)
