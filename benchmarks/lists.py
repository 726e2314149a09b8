"""The lists that people and programs open all day, with very many cases behind them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import databases, filled, floor, servers
from .load import in_turn, request
from .report import Section

if TYPE_CHECKING:
    from django.test import Client

TITLE = "Lists"
ABOUT = """
The officer's workbench (each queue, its tabs counted) for an officer of the busiest of 200 institutions, the public list
with and without filters, the map of the public list, one's own petitions, and the API's list, asked one after another
over one connection to a warm server; p95 of the whole answer. In brackets the floor: what `pgbench` needs for the same
statements, sent by one client. The number of statements is the same for every size; the run fails where it is not.
"""


@dataclass(frozen=True)
class List:
    """A list as somebody opens it: `who` is the login, empty for a passer-by."""

    what: str
    path: str
    who: str = ""


def _lists(middle: str, topic: str, division: str) -> list[List]:
    queues = ("new", "mine", "today", "overdue", "waiting", "approval", "open")
    return [
        *(List(f"workbench: {name}", f"/work/{name}/", filled.OFFICER) for name in queues),
        List("workbench: open, page 20", "/work/open/?page=20", filled.OFFICER),
        List("public list", "/petitions/"),
        List("public list, from the middle", f"/petitions/?cursor={middle}"),
        List("public list of an institution", f"/petitions/?institution={filled.BUSIEST}"),
        List("public list of a rare topic", f"/petitions/?topic={topic}"),
        List("public list, answered", "/petitions/?state=answered"),
        List("public list of a district", f"/petitions/?division={division}"),
        List("public map", "/petitions/?view=map"),
        List("my page", "/my/", filled.CITIZEN),
        List("API list", "/api/v1/petitions?limit=20"),
        List("API list of an institution", f"/api/v1/petitions?limit=20&institution={filled.BUSIEST}"),
    ]


def run(section: Section, name: str, rows: int, times: int, known: dict[str, int]) -> None:
    """Measures on a filled database; `known` remembers how many statements each list took at the size before."""
    databases.use(name)
    address = databases.url(name)
    lists = _lists(*_places())
    browsers = {who: browser(who) for who in {one.who for one in lists}}
    with servers.site(address) as site:
        for one in lists:
            browsers[one.who].get(one.path)
            with floor.listening() as heard:
                answer = browsers[one.who].get(one.path)
            if answer.status_code != 200:
                raise RuntimeError(f"{one.path}: {answer.status_code}")
            if known.setdefault(one.what, len(heard.sent)) != len(heard.sent):
                raise RuntimeError(f"{one.what}: {known[one.what]} statements at another size, {len(heard.sent)} here")
            load = in_turn(site.port, [request("GET", one.path, cookie(browsers[one.who]))], times)
            if load.errors(200):
                raise RuntimeError(f"{one.path}: {load.errors(200)[0].status}")
            least = 1000 / floor.pgbench(address, heard, 1, clients=1)
            section.add(f"{one.what}, p95", load.part(0.95), "ms", most=150, floor=least, rows=rows)


def _places() -> tuple[str, str, str]:
    """The cursor of the middle of the public list, the rarest topic, and a district."""
    from django.db.models import Count

    from madang.kernel.cases.models import Case
    from madang.kernel.cases.queries import page_of, public

    times = public().order_by("received_at").values_list("received_at", flat=True)
    older = public().filter(received_at__lte=times[public().count() // 2])
    topic = Case.objects.exclude(topic="").values("topic").annotate(n=Count("id")).order_by("n")[0]["topic"]
    district = Case.objects.exclude(division="").values("division").annotate(n=Count("id")).order_by("n")[0]["division"]
    return page_of(older, "", 1)[1] or "", topic, district


def browser(login: str) -> "Client":
    """A browser in which this person is signed in; nobody, for an empty login."""
    from django.test import Client

    from madang.kernel.identity.queries import by_login

    opened = Client(SERVER_NAME="localhost")
    if login:
        account = by_login(login)
        assert account is not None
        opened.force_login(account)
    return opened


def cookie(opened: "Client") -> dict[str, str]:
    """The header by which the server knows who is signed in there."""
    session = opened.cookies.get("sessionid")
    return {"Cookie": f"sessionid={session.value}"} if session else {}
