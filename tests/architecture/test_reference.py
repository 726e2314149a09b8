"""What is generated from the code is up to date: migrations, the API's description, the page of what is where."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from madang.kernel.common.parameters import parameters
from madang.kernel.portal.management.commands.anatomy import PAGE, page

from .tree import APPS, ROOT, files, short

API = "madang.api.api"
OPENAPI = ROOT / "docs/reference/openapi.json"
RENEW_OPENAPI = (
    f"./manage.py export_openapi_schema --api {API} --indent 2 --sorted --output {OPENAPI.relative_to(ROOT)}"
)
RENEW_ANATOMY = "./manage.py anatomy --markdown"


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    except (SystemExit, CommandError):
        pytest.fail(f"run ./manage.py makemigrations and read what it writes:\n{said.getvalue()}")


def _described() -> dict[str, Any]:
    said = StringIO()
    call_command("export_openapi_schema", api=API, stdout=said)
    return json.loads(said.getvalue())


def test_the_description_of_the_api_is_up_to_date():
    kept = json.loads(OPENAPI.read_text("utf-8")) if OPENAPI.exists() else {}
    changed = list(_differences(kept, _described()))
    assert not changed, (
        "the API has changed. If that is meant and breaks nobody, renew its description:\n"
        f"{RENEW_OPENAPI}\n" + "\n".join(changed[:20])
    )


def _differences(kept: Any, now: Any, where: str = "") -> Any:
    if isinstance(kept, dict) and isinstance(now, dict):
        for key in sorted({*kept, *now}):
            if key not in now:
                yield f"gone: {where}/{key}"
            elif key not in kept:
                yield f"new: {where}/{key}"
            else:
                yield from _differences(kept[key], now[key], f"{where}/{key}")
    elif kept != now:
        yield f"changed: {where}: {kept!r} -> {now!r}"[:300]


def test_the_api_says_what_each_call_does():
    silent = [
        f"{method} {path}"
        for path, calls in _described()["paths"].items()
        for method, call in calls.items()
        if not call.get("description") or not call.get("summary")
    ]
    assert not silent, silent


@pytest.mark.django_db
def test_the_page_of_what_was_found_where_is_up_to_date():
    path = ROOT / PAGE
    kept = path.read_text("utf-8") if path.exists() else ""
    now = page()
    changed = sorted(set(now.splitlines()) ^ set(kept.splitlines()))
    assert now == kept, f"renew it with {RENEW_ANATOMY}; these lines differ:\n" + "\n".join(changed[:20])


PAGES = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", PAGES, ids=map(short, PAGES))
def test_links_lead_somewhere(path: Path):
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    dead = [link for link in links if not (path.parent / link).exists()]
    assert not dead, f"{short(path)} points at what is not there: {dead}"


def test_the_page_of_the_law_speaks_of_what_is_there():
    text = (ROOT / "docs/law.md").read_text("utf-8")
    dead = [name for name in re.findall(r"`(madang/[^`]+)`", text) if not (ROOT / name).exists()]
    assert not dead, f"docs/law.md names files that are not there: {dead}"
    silent = [name for name in parameters() if f"`{name}`" not in text]
    assert not silent, f"docs/law.md does not speak of these numbers of the law: {silent}"
    labels = "|".join(app.label for app in APPS)
    gone = set(re.findall(rf"`((?:{labels})\.\w+)`", text)) - set(parameters())
    assert not gone, f"docs/law.md names parameters that are not there: {gone}"
