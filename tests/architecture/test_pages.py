"""Pages run no script of their own making, and a list costs the same however long it is."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from madang.kernel.cases.actions import assign, file
from madang.kernel.common.memory import forget
from madang.kernel.institutions.actions import found
from madang.kernel.institutions.models import Institution
from madang.kernel.mandates.actions import accept, propose
from madang.kernel.mandates.models import Mandate
from madang.kernel.notices.actions import notify
from madang.kernel.procedures import queries as procedures
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.queries import definition_files, examine
from madang.kernel.search.actions import reindex

from .tree import APPS, IDS, App, short

# What a strict content security policy blocks, and so would silently do nothing.
INLINE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[a-z][^<>]*?\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^<>]*?\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a script address": re.compile(r"(href|src|action)=[\"']javascript:", re.IGNORECASE),
    "a script of htmx": re.compile(r"\shx-on\b|hx-vals=.js:", re.IGNORECASE),
}


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_no_template_has_inline_script_or_style(app: App):
    made = [path for path in app.modules() if "templatetags" in path.parts or path.stem == "forms"]
    found = [
        f"{short(path)}: {what}"
        for path in [*app.templates(), *made]
        for what, pattern in INLINE.items()
        if pattern.search(path.read_text("utf-8"))
    ]
    assert not found, f"the content security policy blocks these: {found}"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/services/", "/nowhere", "/api/v1/openapi.json", "/sign-in/"])
def test_every_answer_carries_the_policy(client: Client, address: str):
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


MANY = 12


def _cost(client: Client, address: str) -> tuple[int, int]:
    """How many queries a page takes in a process that remembers nothing of what it showed; and how long the page is."""
    forget()
    procedures.forget()
    procedures._shelf.versions = {}
    with CaptureQueriesContext(
        connection,
    ) as taken:
        answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(taken), len(answer.content)


@pytest.fixture
def petition(db: None) -> Any:
    """The published procedure of a suggestion."""
    texts = (one for one in definition_files() if one.path.stem == "suggestion")
    definition = examine(next(texts).path.read_text("utf-8")).procedure
    assert definition is not None
    return publish(definition, by=None)


@pytest.fixture
def more(petition: Any, citizen: Any, officer: Any, town: Any) -> Callable[[int], None]:
    """`more(12)`: so many more public cases of the citizen in the officer's hands, and institutions and notices."""

    def make(number: int) -> None:
        roads = town.departments.get(code="roads")
        for at in range(number):
            mark = f"{at}-{number}"
            data = {"title": f"가로등 고장 {mark}", "body": "집 앞 가로등이 꺼져 있습니다."}
            case = file(petition, by=citizen, data=data, institution=town, is_public=True)
            assign(case, by=None, department=roads, to=officer)
            found(Institution(code=f"office-{mark}", name=f"기관 {mark}", kind="city", parent=town), by=None)
            facts = {"case": case, "institution": town, "department": roads, "officer": officer, "due": case.due_at}
            notify(citizen, "cases/received", facts | {"contact": "120"}, key=f"test-{mark}", case_number=case.number)
        reindex(["case", "institution"])

    return make


@pytest.fixture
def acting(more: Callable[[int], None], citizen: Any, stranger: Any) -> Callable[[int], str]:
    """`acting(12)`: so many more mandates of the citizen for the stranger; the number of the first."""

    def make(number: int) -> str:
        until = timezone.localdate() + timedelta(days=90)
        for _one in range(number):
            made = Mandate(kind="power_of_attorney", principal=citizen, may="all", until=until)
            accept(propose(made, by=citizen, to=stranger.account.login), by=stranger)
        more(number)
        return Mandate.objects.order_by("id")[0].number

    return make


LISTS = {
    "officer": ["/work/mine/", "/work/open/"],
    "citizen": ["/my/", "/notices/", "/search/?q=가로등", "/"],
    "": ["/petitions/", "/institutions/", "/institutions/town/", "/api/v1/petitions?limit=100"],
}


def test_a_list_for_another_costs_the_same_however_long_it_is(
    acting: Callable[[int], str], client: Client, stranger: Any
):
    client.force_login(stranger.account)
    number = acting(1)
    pages = ["/my/mandates/", f"/my/mandates/{number}/", f"/my/acting/{number}/", "/my/"]
    for address in pages:
        client.get(address)
    with_one = {address: _cost(client, address)[0] for address in pages}
    acting(MANY - 1)
    assert {address: _cost(client, address)[0] for address in pages} == with_one


def test_a_list_costs_the_same_however_long_it_is(more: Callable[[int], None], request: pytest.FixtureRequest):
    clients = {reader: Client() for reader in LISTS}
    for reader, client in clients.items():
        if reader:
            client.force_login(request.getfixturevalue(reader).account)
    pages = [(reader, address) for reader, addresses in LISTS.items() for address in addresses]
    more(1)
    for reader, address in pages:
        clients[reader].get(address)
    with_one = {address: _cost(clients[reader], address) for reader, address in pages}
    more(MANY - 1)
    with_many = {address: _cost(clients[reader], address) for reader, address in pages}
    assert {address: cost for address, (cost, _size) in with_many.items()} == {
        address: cost for address, (cost, _size) in with_one.items()
    }
    assert [address for _reader, address in pages if with_many[address][1] <= with_one[address][1]] == []
