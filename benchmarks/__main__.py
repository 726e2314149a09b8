"""`./bench`: measures the whole system and writes docs/benchmarks.md."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ops.places import ROOT

from . import (
    bulk,
    databases,
    filing,
    filled,
    finding,
    lists,
    machine,
    pages,
    plots,
    reloading,
    routing,
    running,
    sealing,
    starting,
    telephone,
)
from .report import Figure, Kept, Section, page

SCENARIOS: dict[str, ModuleType] = {
    "filing": filing,
    "lists": lists,
    "search": finding,
    "bulk": bulk,
    "memory": running,
    "pages": pages,
    "telephone": telephone,
    "routing": routing,
    "sealing": sealing,
    "reloading": reloading,
    "start": starting,
}
SIZED = ("lists", "filing", "bulk", "memory")
CURVES = {
    "filing": ("Filing and reading, requests a second", ["filing", "reading"]),
    "lists": ("Lists, p95", None),
    "search": ("Search and similar cases, p95", None),
    "memory": ("Memory of the running system", None),
}
PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Plan:
    """What is measured, with how many cases, and for how long."""

    only: Sequence[str]
    rows: Sequence[int]
    seconds: int
    rounds: int
    times: int
    lines: int


def main() -> int:
    """The command; returns its exit code: 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", metavar="N", default=[10_000, 100_000, 1_000_000], help="cases")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), help="only these scenarios")
    parser.add_argument("--quick", action="store_true", help="few cases and short times, to see that all of it works")
    parser.add_argument(
        "--cold", action="store_true", help="start once more from a fresh clone, which downloads packages"
    )
    parser.add_argument("--fuzz", action="store_true", help="no figures: have chance look for faults for some time")
    parser.add_argument("--minutes", type=int, default=30, help="for how long --fuzz goes on (30)")
    chosen = parser.parse_args()
    if chosen.fuzz:
        return fuzz(chosen.minutes)
    plan = Plan(chosen.only, sorted(chosen.rows), seconds=6, rounds=2, times=60, lines=5000)
    if chosen.quick:
        plan = Plan(chosen.only, [2000], seconds=2, rounds=1, times=10, lines=500)
    kept = Kept(Path(os.environ["MADANG_DATA"]) / "benchmarks.json")
    sections = {}
    for name, section in measure(plan, cold=chosen.cold):
        sections[name] = section
        if not chosen.quick:
            kept.put(name, section)
            write(kept)
    if chosen.quick:
        print("docs/benchmarks.md is left as it was: figures of a quick run say nothing.")
        return 0
    return 1 if any(figure.holds is False for one in sections.values() for figure in one.figures) else 0


def fuzz(minutes: int) -> int:
    """Runs the tests of chance with other examples each time; returns pytest's exit code."""
    words = [sys.executable, "-m", "pytest", "tests/fuzz", "-q"]
    return subprocess.run(words, cwd=ROOT, env=os.environ | {"MADANG_FUZZ_MINUTES": str(minutes)}).returncode


def measure(plan: Plan, *, cold: bool) -> Iterator[tuple[str, Section]]:
    """Measures what the plan names, and gives each section when it is complete."""
    import django

    django.setup()
    about = machine.describe()
    sections = {name: Section(SCENARIOS[name].TITLE, SCENARIOS[name].ABOUT, about) for name in plan.only}
    statements: dict[str, int] = {}
    for rows in plan.rows if set(SIZED) & set(plan.only) else ():
        name = f"madang_bench_{rows}"
        with _told(f"{rows:,} cases"):
            filled.fill(name, rows)
        for one in [one for one in SIZED if one in sections]:
            with _told(f"{one}, {rows:,} cases"):
                match one:
                    case "lists":
                        lists.run(sections[one], name, rows, plan.times, statements)
                    case "filing":
                        filing.run(sections[one], name, plan.seconds, plan.rounds, rows)
                    case "bulk":
                        bulk.run(sections[one], name, plan.seconds * 2, rows, plan.lines)
                    case "memory":
                        running.memory(sections[one], name, plan.seconds, rows)
        databases.use(databases.DEMO)
        databases.drop(name)
    if "lists" in sections:
        each = ", ".join(f"{what} {number}" for what, number in statements.items())
        sections["lists"].remark(f"Statements of each list, the same for every number of cases: {each}.")
    if "filing" in sections:
        filing.trivial(sections["filing"], plan.seconds)
    yield from ((one, sections[one]) for one in SIZED if one in sections)
    rest = {
        "search": lambda section: finding.run(section, plan.rows),
        "pages": lambda section: pages.run(section, plan.times),
        "telephone": lambda section: telephone.run(section, plan.rounds * 2 - 1),
        "routing": routing.run,
        "sealing": lambda section: sealing.run(section, plan.seconds, plan.rounds * 2 - 1),
        "reloading": lambda section: reloading.run(section, plan.rounds * 2),
        "start": lambda section: starting.run(section, cold=cold),
    }
    for one, run in rest.items():
        if one in sections:
            with _told(one):
                run(sections[one])
            yield one, sections[one]


def write(kept: Kept) -> None:
    """Writes the page and its plots, of everything that was kept."""
    images: dict[str, str] = {}
    sections = {name: kept.sections[name] for name in SCENARIOS if name in kept.sections}
    for name, (title, wanted) in CURVES.items():
        figures = [one for one in sections[name].figures if _is_drawn(one, wanted)] if name in sections else []
        if len({one.rows for one in figures}) > 1:
            sections[name].curve = f"bench-{name}.svg"
            images[sections[name].curve] = plots.curve(ROOT / "docs" / "images" / sections[name].curve, title, figures)
    PAGE.write_text(page(sections, images), encoding="utf-8")


def _is_drawn(figure: Figure, wanted: list[str] | None) -> bool:
    if figure.rows is None:
        return False
    return figure.what in wanted if wanted else figure.what.endswith("p95") or figure.unit == "MB"


@contextmanager
def _told(what: str) -> Iterator[None]:
    print(f"> {what}", flush=True)
    yield


if __name__ == "__main__":
    sys.exit(main())
