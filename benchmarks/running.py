"""How much memory the running system takes."""

import re
from pathlib import Path

from ops import processes

from . import databases, filing, servers
from .load import drive
from .report import Section

TITLE = "Memory"
ABOUT = """
Web server with two workers, job worker and PostgreSQL, after some seconds of filing by sixteen connections
while the worker delivers events. Memory that several processes share is counted once (PSS of /proc/PID/smaps_rollup);
for PostgreSQL that is above all the shared buffers, as far as they were touched.
"""


def memory(section: Section, name: str, seconds: int, rows: int | None = None) -> None:
    """Measures the memory of everything that runs."""
    databases.use(name)
    tokens = filing.programs(filing.CONNECTIONS)
    with servers.site(databases.url(name), worker=True) as site:
        load = drive(site.port, [filing.files(token, one, seconds) for one, token in enumerate(tokens)], seconds)
        parts = {what: processes.group(process.pid) for what, process in site.processes.items()}
        parts["PostgreSQL"] = _postgres()
        sizes = {what: sum(_pss(pid) for pid in pids) / 1e6 for what, pids in parts.items()}
    assert load.answers
    section.add("the whole running system", sum(sizes.values()), "MB", aim=1500, most=1500, rows=rows)
    for what, size in sizes.items():
        section.add(what, size, "MB", rows=rows)


def _postgres() -> list[int]:
    """The processes of the server, where it runs on this machine: found by the process of one connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    parent = _parent(own)
    every = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [parent, *(pid for pid in every if _parent(pid) == parent)] if parent else []


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _pss(pid: int) -> float:
    """Bytes of a process, its share of what it shares; 0 when it has just ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    return float(found[1]) * 1024 if found else 0.0
