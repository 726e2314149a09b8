"""A citizen goes on to an agency and comes back, in a real browser with and without JavaScript, under the strict policy."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from madang.kernel.openid.actions import register
from madang.kernel.openid.models import Client, Consent, SignIn

from .conftest import Visit, Visitor
from .stage import PASSWORD, Stage
from .test_pages import LANGUAGES, problems_at_all_sizes

pytestmark = pytest.mark.browser


class Page(BaseHTTPRequestHandler):
    """A page of the agency; what it was called with is kept."""

    def do_GET(self) -> None:
        if "favicon" not in self.path:
            self.server.called.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>Agency</title><main>The agency</main></html>")

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def agency(stage: Stage, settings: Any, tmp_path: Any) -> Iterator[tuple[Client, list[str]]]:
    """A registered client that listens on this machine, and the addresses at which it was called."""
    settings.KEYS_DIR = tmp_path
    server = HTTPServer(("127.0.0.1", 0), Page)
    server.called = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    client = Client(
        institution=stage.institutions["roads"], name="도로 민원", name_en="Roads", client_type="public",
        redirect_uris=f"{here}/back", post_logout_redirect_uris=f"{here}/bye", scopes=["profile", "email"],
    )  # fmt: skip
    register(client, by=None)
    yield client, server.called  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def asks(client: Client) -> str:
    words = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": client.redirect_uris, "state": "st",
        "scope": "openid profile email", "code_challenge": "x" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"/openid/authorize/?{urlencode(words)}"


def leaves(client: Client) -> str:
    words = {"client_id": client.client_id, "post_logout_redirect_uri": client.post_logout_redirect_uris}
    return f"/openid/sign-out/?{urlencode(words)}"


def signs_in(visitor: Visitor, login: str) -> None:
    visitor.page.locator("main input[name=login]").fill(login)
    visitor.page.locator("main input[name=password]").fill(PASSWORD)
    visitor.page.locator("main [type=submit]").first.click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_the_agency_and_back(visit: Visit, stage: Stage, agency: tuple[Client, list[str]], javascript: bool):
    client, called = agency
    visitor = visit(javascript=javascript)
    visitor.go(asks(client))
    signs_in(visitor, "citizen@example.org")
    visitor.page.wait_for_selector("main button[name=agree]")
    assert stage.citizen.name in visitor.text()
    assert "citizen@example.org" in visitor.text()
    visitor.press("동의하고 계속")
    visitor.page.wait_for_url("**/back?**")
    words = parse_qs(urlsplit(called[-1]).query)
    assert words["state"] == ["st"]
    assert words["code"]
    # The second time, straight from signing in: the form of that page must not be stopped on its way to the agency.
    visitor.context.clear_cookies()
    visitor.go(asks(client))
    signs_in(visitor, "citizen@example.org")
    visitor.page.wait_for_url("**/back?**")
    assert len(called) == 2
    visitor.go(leaves(client))
    visitor.page.locator("main [name=leave]").click()
    visitor.page.wait_for_url("**/bye")
    assert SignIn.objects.filter(ended_at=None).count() == 1, "the first was begun by cookies that are gone"


def test_its_pages_are_for_everyone(visit: Visit, stage: Stage, agency: tuple[Client, list[str]]):
    client, _called = agency
    found = []
    for language in LANGUAGES:
        visitor = visit(stage.citizen, language)
        for path in (asks(client), leaves(client), "/my/agencies/", "/openid/authorize/?client_id=no"):
            visitor.go(path)
            assert visitor.page.get_attribute("html", "lang") == language
            found += problems_at_all_sizes(visitor, path)
            if path == asks(client) and language == "en":
                visitor.page.locator("main [name=agree]").click()
                visitor.page.wait_for_url("**/back?**")
    assert Consent.objects.count() == 1
    assert not found, "\n".join(found)
