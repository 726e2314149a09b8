"""A server of the stage in threads of its own, and one browser for all journeys."""

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler

from madang.kernel.cases.models import Case
from ops.test import browser as browser_of_this_machine
from ops.test import how_to_get_a_browser

from .pages import begun
from .stage import Stage, build


@pytest.fixture
def stage(transactional_db: None) -> Stage:
    with connection.cursor() as cursor:
        # Jobs and attempts that other tests left behind are none of the story: no model of Django's holds their tables.
        cursor.execute("TRUNCATE procrastinate_jobs, identity_attempt CASCADE")
    return build()


@pytest.fixture
def cases(stage: Stage, secret_version: Any) -> dict[str, Case]:
    """Cases in every state that a page can show, by the name of the state."""
    return begun(stage, secret_version)


@pytest.fixture
def site(stage: Stage) -> Iterator[str]:
    """The address of the platform, served by threads with database connections of their own, as in production."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all journeys of this process."""
    path = browser_of_this_machine()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"No Chromium here. To get it: {how_to_get_a_browser()}")
    from playwright.sync_api import sync_playwright

    # The browser is driven from a loop in this thread; the database is asked between its steps, never within.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def signed_in(person: Any) -> str:
    """The session of somebody who signed in before, as a cookie; nothing for a passer-by."""
    if person is None:
        return ""
    client = Client()
    client.force_login(person.account)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Visitor:
    """Somebody at a browser of their own. What the console complains about is kept: a journey ends with none."""

    def __init__(self, chromium: Any, site: str, language: str, width: int, *, javascript: bool):
        self.site, self.language = site, language
        self.context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            locale="ko-KR" if language == "ko" else "en-GB",
        )
        self.context.set_default_timeout(10_000)
        self.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}])
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.listens = True
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: Any) -> None:
        # A refused form answers 4xx, which Chromium notes as a failed resource; that is its right answer.
        if self.listens and message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def signed_in(self, person: Any) -> "Visitor":
        """As though signed in before; the first journey walks through the sign-in page itself."""
        name, _is, value = signed_in(person).partition("=")
        self.context.add_cookies([{"name": name, "value": value, "url": self.site}])
        return self

    def go(self, path: str) -> Any:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 500, f"{path}: {answer.status}"
        return answer

    def text(self) -> str:
        """What stands in the page's main part."""
        return str(self.page.inner_text("main"))

    def write(self, label: str, text: str) -> None:
        """Fills in the field of the main part whose label begins so."""
        self.page.locator("main").get_by_label(re.compile("^" + re.escape(label))).first.fill(text)

    def press(self, name: str, *, within: str = "main") -> None:
        self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Any, site: str) -> Iterator[Visit]:
    """`visit(stage.citizen, "en")`: a browser window of that person; everyone's console must have stayed silent."""
    visitors: list[Visitor] = []

    def open_window(person: Any = None, language: str = "ko", width: int = 1280, *, javascript: bool = True) -> Visitor:
        visitor = Visitor(chromium, site, language, width, javascript=javascript)
        visitors.append(visitor)
        return visitor.signed_in(person) if person else visitor

    yield open_window
    complaints = [line for visitor in visitors for line in visitor.complaints]
    for visitor in visitors:
        with contextlib.suppress(Exception):
            visitor.context.close()
    assert not complaints, complaints
