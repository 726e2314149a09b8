"""The pages at the size of the demo, bulk import, routing, and the memory of the whole running system."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ops.places import ROOT

from . import databases, load, servers
from .report import Report
from .texts import Writer

PAGES = {
    "home": "/",
    "services": "/services/",
    "public petitions": "/petitions/",
    "institutions": "/institutions/",
    "an institution": "/institutions/molit/",
    "figures": "/figures/",
    "search": "/search/?q=%EA%B0%80%EB%A1%9C%EB%93%B1",
}


def pages(report: Report, times: int) -> None:
    """How long a page takes, asked one after another over one connection."""
    name = "Pages, demo country"
    with servers.site(databases.url(databases.DEMO), worker=True) as site:
        for label, path in PAGES.items():
            one = load.in_turn(site.port, [load.request("GET", path)], times)
            p95 = one.part(0.95)
            report.add(name, f"{label}, p50", one.part(0.5), "ms")
            report.add(name, f"{label}, p95", p95, "ms", "well under 100 ms", p95 < 100)
        memory = sum(_memory(process.pid) for process in site.processes.values()) / 1e6
        report.add(
            "Memory",
            "web server (2 workers) and job worker, proportional",
            memory,
            "MB",
            "under 1,500 MB",
            memory < 1500,
        )


def bulk(report: Report, rows: int) -> None:
    """Takes over petitions from JSON lines, and tells what came of it."""
    address = databases.copy("madang_bench_bulk")
    databases.use("madang_bench_bulk")
    writer = Writer(7, 20_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "petitions.jsonl"
        texts = (writer.write() for _count in range(rows))
        lines = (json.dumps({"title": title, "content": body}, ensure_ascii=False) for title, body in texts)
        file.write_text("\n".join(lines), encoding="utf-8")
        begun = time.perf_counter()
        words = [sys.executable, "manage.py", "import_petitions", str(file), "--quiet"]
        subprocess.run(words, cwd=ROOT, env=os.environ | {"DATABASE_URL": address}, check=True, capture_output=True)
        rate = rows / (time.perf_counter() - begun)
    report.add(
        "Bulk", "petitions taken over, start of the command included", rate, "a second", "at least 500", rate >= 500
    )
    from madang.kernel.events.actions import deliver

    begun, told = time.perf_counter(), 0
    while time.perf_counter() - begun < 20 and (number := deliver()):
        told += number
    report.add(
        "Bulk", "events told, routing, indexing and counting included", told / (time.perf_counter() - begun), "a second"
    )
    databases.use(databases.DEMO)
    databases.drop("madang_bench_bulk")


def routing(report: Report) -> None:
    """The router on real petitions, where there are any: learned from the earlier months, judged on the last."""
    folder = ROOT.parent / "shared" / "data" / "petitions"
    files = sorted(folder.glob("*.jsonl"))
    if len(files) < 2:
        print("  no archive of real petitions beside the checkout: left out", flush=True)
        return
    from madang.services.petitions.management.commands.petitions import _read
    from madang.services.petitions.queries import evaluation_of

    figures = evaluation_of(_read(files[:-1], "category"), _read(files[-1:], "category"))
    name = f"Routing: learned from {len(files) - 1} earlier months, judged on {figures.texts} petitions of the last"
    report.add(name, "first suggestion right", figures.top1, "", "over 0.54", figures.top1 > 0.54)
    report.add(name, "among the first three", figures.top3, "", "over 0.78", figures.top3 > 0.78)
    report.add(name, "macro F1", figures.macro_f1, "", "over 0.51", figures.macro_f1 > 0.51)
    report.add(name, "processor time a text", figures.ms, "ms", "under 5 ms", figures.ms < 5)


def _memory(pid: int) -> float:
    """The proportional memory of a process and all below it, in bytes."""
    total = 0.0
    for one in [pid, *_below(pid)]:
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024
    return total


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [int(child), *_below(int(child))]
    return found
