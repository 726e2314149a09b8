"""Taking over petitions in bulk, and telling what came of them."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from ops.places import ROOT

from . import databases, filing, floor
from .report import Section
from .texts import Writer

TITLE = "Bulk import and the outbox"
ABOUT = """
`manage.py import_petitions` files petitions from JSON lines by the same rules as the form, on one core; its floor is one
client of `pgbench` that commits the rows of one filing at a time. Then the outbox is delivered, as the job worker does it,
for as long as this may take: each event is routed to an institution, put into the index of the search, and counted. The
floor of telling is an `UPDATE` of one event at a time.
"""
LINES = 5000


def run(section: Section, name: str, seconds: int, rows: int | None = None, lines: int = LINES) -> None:
    """Measures on this database."""
    address = databases.url(name)
    databases.use(name)
    (insert, fresh), _reading = filing.statements(filing.programs(1)[0])
    least = floor.pgbench(address, insert, seconds // 3 + 1, fresh, start=10**13, clients=1)
    databases.settle()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "petitions.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for title, body in Writer(seed=lines + (rows or 0)).read(lines):
                out.write(json.dumps({"title": title, "body": body}, ensure_ascii=False) + "\n")
        begun = perf_counter()
        done = subprocess.run(
            [sys.executable, "manage.py", "import_petitions", "--quiet", str(file)],
            cwd=ROOT, env=os.environ | {"DATABASE_URL": address}, check=True, text=True, capture_output=True,
        )  # fmt: skip
        rate = lines / (perf_counter() - begun)
    taken = re.match(r"\d+", done.stdout.strip())
    if not taken or int(taken[0]) != lines:
        raise RuntimeError(f"{lines} petitions should have been taken over: {done.stdout} {done.stderr}")
    section.add("petitions taken over, start of the command included", rate, "/s", least=500, floor=least, rows=rows)
    _tell(section, address, seconds, rows)


def _tell(section: Section, address: str, seconds: int, rows: int | None) -> None:
    from madang.kernel.events.actions import deliver
    from madang.kernel.events.models import Event, Failure

    deliver(20)
    begun, told = perf_counter(), 0
    while perf_counter() - begun < seconds and (number := deliver(50)):
        told += number
    rate = told / (perf_counter() - begun)
    with floor.listening() as heard:
        Event.objects.filter(pk=Event.objects.values_list("pk", flat=True)[0]).update(told=True)
    updates = floor.Statements([one for one in heard.sent if one[0].startswith("UPDATE")])
    least = floor.pgbench(address, updates, 2, clients=1)
    section.add("events told: routed, indexed, counted", rate, "/s", floor=least, rows=rows)
    section.add("handlers that failed", Failure.objects.count(), "", most=0, rows=rows)
