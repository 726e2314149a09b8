"""Agencies and people who sign in to them, in one process and over real HTTP."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client as Browser
from django.test.testcases import QuietWSGIRequestHandler

from madang.kernel.openid.actions import register
from madang.kernel.openid.models import Client

BACK = "https://land.example.go.kr/callback"
AUTHORIZE, TOKEN, USERINFO = "/openid/authorize/", "/openid/token/", "/openid/userinfo/"
VERIFIER = "v" * 64


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def keys_of_tests(tmp_path_factory: Any) -> Path:
    """One folder of keys for all tests: a key takes a second to make."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(autouse=True)
def _keys(settings: Any, keys_of_tests: Path) -> None:
    settings.KEYS_DIR = keys_of_tests


@pytest.fixture
def issued_by(settings: Any) -> Callable[[str], None]:
    """`issued_by(address)`: the provider has this name."""

    def name(address: str) -> None:
        settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"OIDC_ISS_ENDPOINT": address}

    return name


class Agency:
    """A client of an institution and what its program remembers."""

    def __init__(self, client: Client, secret: str) -> None:
        self.client, self.secret, self.id = client, secret, client.client_id

    def asks(self, **more: str | None) -> str:
        """Where it sends people."""
        words = {
            "response_type": "code", "client_id": self.id, "redirect_uri": BACK, "scope": "openid profile email phone",
            "state": "st", "nonce": "no", "code_challenge": s256(VERIFIER), "code_challenge_method": "S256",
        } | more  # fmt: skip
        return f"{AUTHORIZE}?{urlencode({name: word for name, word in words.items() if word is not None})}"

    def exchanges(self, code: str, **more: Any) -> Any:
        """Gives the code in; the answer of the token endpoint."""
        words = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        if self.secret:
            basic = base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()
            headers = {"authorization": f"Basic {basic}"}
        else:
            words["client_id"], headers = self.id, {}
        headers = more.pop("headers", headers)
        words |= more
        sent = {name: word for name, word in words.items() if word is not None}
        return Browser().post(TOKEN, urlencode(sent), "application/x-www-form-urlencoded", headers=headers)

    def tokens(self, code: str) -> dict[str, Any]:
        answer = self.exchanges(code)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def make_agency(db: None) -> Callable[..., Agency]:
    def make(institution: Any, **more: Any) -> Agency:
        facts = {
            "name": "토지 민원", "name_en": "Land office", "client_type": Client.CLIENT_CONFIDENTIAL,
            "redirect_uris": BACK, "scopes": ["profile", "email", "phone"],
        } | more  # fmt: skip
        client = Client(institution=institution, **facts)
        return Agency(client, register(client, by=None))

    return make


@pytest.fixture
def agency(make_agency: Any, town: Any) -> Agency:
    return make_agency(town)


@pytest.fixture
def phone(citizen: Any) -> Browser:
    """The citizen's browser, signed in here."""
    browser = Browser()
    browser.force_login(citizen.account)
    return browser


def words_of(answer: Any) -> dict[str, str]:
    """What the answer tells the agency in the address it leads to."""
    assert answer.status_code == 302, (answer.status_code, answer.content.decode()[:500])
    assert answer["Location"].startswith(BACK), answer["Location"]
    return {name: words[0] for name, words in parse_qs(urlsplit(answer["Location"]).query).items()}


@pytest.fixture
def code_for() -> Callable[..., str]:
    """`code_for(browser, agency)`: the person agrees, and this is the code that the agency gets."""

    def agree(browser: Browser, agency: Agency, **more: str | None) -> str:
        answer = browser.get(agency.asks(**more))
        if answer.status_code == 200:
            answer = browser.post(agency.asks(**more), {"agree": "yes"})
        return words_of(answer)["code"]

    return agree


def claims_in(token: str) -> dict[str, Any]:
    """What a token says, unproven."""
    return _part(token, 1)


def header_of(token: str) -> dict[str, Any]:
    """How it is signed, by its own words."""
    return _part(token, 0)


def _part(token: str, number: int) -> dict[str, Any]:
    part = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


# Over real HTTP.


@pytest.fixture
def site(transactional_db: None, issued_by: Any) -> Iterator[str]:
    """The platform at an address of its own, in threads with connections of their own."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    issued_by(address)
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


class Visitor:
    """Somebody with a browser that knows forms and cookies, and no JavaScript."""

    def __init__(self) -> None:
        self.http = requests.Session()

    def goes(self, address: str) -> requests.Response:
        """Follows redirects and refreshing pages, on this site; what leads elsewhere is not opened."""
        return self._follow(self.http.get(address, allow_redirects=False))

    def sends(self, page: requests.Response, button: str = "", **words: str) -> requests.Response:
        """Fills in the page's form by what its fields are called or for, and presses a button."""
        forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", page.text, re.DOTALL)
        form = next(
            one for one in forms if all(f'name="{name}"' in one for name in [*words, *([button] * bool(button))])
        )
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
        fields = {name: value for name, value in fields.items() if name in ("csrfmiddlewaretoken", "next")}
        where = re.search(r'<form\b[^>]*action="([^"]+)"', form)
        address = requests.compat.urljoin(page.url, unescape(where[1])) if where else page.url
        if button:
            fields[button] = "yes"
        answer = self.http.post(address, fields | words, headers={"Referer": page.url}, allow_redirects=False)
        return self._follow(answer)

    def _follow(self, answer: requests.Response) -> requests.Response:
        for _hop in range(10):
            onward = answer.headers.get("Location", "")
            if not onward and answer.status_code == 200:
                refresh = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
                onward = unescape(refresh[1]) if refresh else ""
            there = requests.compat.urljoin(answer.url, onward)
            if not onward or urlsplit(there).netloc != urlsplit(answer.url).netloc:
                return answer
            answer = self.http.get(there, allow_redirects=False)
        raise AssertionError("it goes round in circles")

    def signs_in(self, address: str, person: Any) -> str:
        """From the agency's link through signing in and agreeing; the address at which the agency gets the person back."""
        page = self.goes(address)
        if 'name="password"' in page.text:
            page = self.sends(page, login=person.account.login, password="madang-2026!")
        if 'name="agree"' in page.text:
            page = self.sends(page, "agree")
        assert page.status_code == 302, page.text[:2000]
        return page.headers["Location"]


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()
