"""The ten main pages as Lighthouse sees them on a telephone: accessible, sound, easy to find."""

from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.telephone import ENOUGH, visits
from madang.kernel.cases.models import Case

from .conftest import signed_in
from .machine import web_server
from .stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAIN_PAGES = {
    "/": "",
    "/services/": "",
    "/services/petitions.grievance/": "",
    "/petitions/": "",
    "/institutions/": "",
    "/figures/": "",
    "/sign-in/": "",
    "/apply/petitions.grievance/": "citizen",
    "/cases/{answered}/": "citizen",
    "/work/": "officer",
}


def test_the_main_pages_satisfy_lighthouse(stage: Stage, cases: dict[str, Case], chromium: object, tmp_path: Path):
    """On the web server of `./run`. How quick they are is measured by `./bench --only telephone`."""
    numbers = {state: case.number for state, case in cases.items()}
    with web_server("", tmp_path / "web.log") as (_process, site):
        wanted = [
            {"url": site + path.format(**numbers), "cookie": signed_in(stage.people.get(reader))}
            for path, reader in MAIN_PAGES.items()
        ]
        found = visits(wanted, ["accessibility", "best-practices", "seo"], Path(settings.DATA_DIR, "node_modules"))
    for one in found:
        assert not one["problem"], one
        assert one["shown"] == one["url"], "sent elsewhere"
        assert {name: score for name, score in one["scores"].items() if score < ENOUGH} == {}, one["faults"]
