"""New code under load: the web workers are exchanged while people file and read, and no request is lost."""

import http.client
import itertools
import json
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from ops.processes import group
from ops.reload import exchange

from . import databases, filing, servers
from .report import Section
from .texts import Writer

TITLE = "Reloading under load"
ABOUT = """
`./run --reload` exchanges the web workers again and again while twelve clients of Python's own `http.client` file and
read without a pause. Eight keep their connection until the server says `Connection: close`; four open one for each request.
None asks a second time: whatever is not answered with the status it should have, or breaks, is counted as lost. Every
number that was given out is looked up afterwards.
"""
KEEPING, OPENING = 8, 4


@dataclass
class Seen:
    """What the clients met with."""

    answers: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def run(section: Section, reloads: int) -> None:
    """Measures on a fresh copy of the demo country."""
    name = "madang_bench_reloading"
    address = databases.copy(name)
    databases.use(name)
    tokens = filing.programs(KEEPING + OPENING)
    seen, stop = Seen(), threading.Event()
    log = Path(os.environ["MADANG_DATA"]) / "logs" / "web.log"
    with servers.site(address) as site:
        clients = [
            threading.Thread(target=_visit, args=[site.port, token, number < KEEPING, seen, stop])
            for number, token in enumerate(tokens)
        ]
        for client in clients:
            client.start()
        server = site.processes[servers.WEB].pid
        workers, took = [set(group(server))], []
        try:
            for _count in range(reloads):
                time.sleep(1)
                begin = time.monotonic()
                exchange(server, log)
                took.append(time.monotonic() - begin)
                workers.append(set(group(server)))
            time.sleep(1)
        finally:
            stop.set()
            for client in clients:
                client.join()
    stayed = sum(len((before & after) - {server}) for before, after in itertools.pairwise(workers))
    section.add("reloads", len(took), "")
    section.add("requests meanwhile", sum(seen.answers.values()), "", least=100)
    section.add("requests lost", len(seen.lost), "", most=0)
    section.add("numbers given out that are not in the database", len(seen.numbers) - _stored(seen), "", most=0)
    section.add("workers that were not exchanged", stayed, "", most=0)
    section.add("longest answer", max(seen.times) * 1000, "ms")
    section.add("a reload takes", sum(took) / len(took), "s")
    for one in sorted(set(seen.lost))[:5]:
        section.remark(f"Lost: {one}")
    databases.use(databases.DEMO)
    databases.drop(name)


def _visit(port: int, token: str, keeps: bool, seen: Seen, stop: threading.Event) -> None:
    """Files, and reads what was filed, in turn."""
    texts = list(Writer(seed=len(token)).read(20))
    opened: http.client.HTTPConnection | None = None
    number = ""
    for count in range(10**6):
        if stop.is_set():
            break
        title, text = texts[count % len(texts)]
        body = {"procedure": "suggestion", "data": {"title": title, "body": text}, "is_public": True}
        files = count % 2 == 0
        begin = time.monotonic()
        try:
            opened = opened if opened and keeps else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            head = {"Authorization": f"Bearer {token}", "Host": "localhost", "Content-Type": "application/json"}
            if files:
                opened.request("POST", filing.PATH, json.dumps(body), head | {"Idempotency-Key": str(uuid4())})
            else:
                opened.request("GET", f"{filing.PATH}/{number}", headers=head)
            answer = opened.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            seen.lost.append(f"{'filing' if files else 'reading'}: {error!r}")
            opened = None
            continue
        seen.times.append(time.monotonic() - begin)
        seen.answers[answer.status] += 1
        if answer.status != (201 if files else 200):
            seen.lost.append(f"{'filing' if files else 'reading'}: {answer.status}")
        elif files:
            number = json.loads(said)["number"]
            seen.numbers.append(number)
        if answer.will_close:
            opened = None


def _stored(seen: Seen) -> int:
    from madang.kernel.cases.models import Case

    return Case.objects.filter(number__in=seen.numbers).count()
