"""Search and look-up of similar cases at 10 thousand to 1 million documents, on a database that may be emptied.

`python -m benchmarks.search --rows 10000 100000 1000000` prints one line a measurement. The documents go through the
functions that index cases; their gate reads the titles from the index, since no cases stand behind them.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter, process_time
from typing import Any

import django

from benchmarks.texts import Writer, worn

PASSES = 60
START = datetime(2026, 1, 1, tzinfo=UTC)
Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Measured:
    """How long the calls took, in milliseconds, and what came of them on average."""

    p50: float
    p95: float
    worst: float
    found: float


def run(report: Report, sizes: Sequence[int] = (10_000, 100_000, 1_000_000)) -> None:
    """Fills the index with each number of documents and reports speeds: `{rows, what, ...}` each."""
    from madang.kernel.search.contracts import KINDS

    kept, gate = KINDS["case"], _gate()
    KINDS["case"] = gate
    try:
        for rows in sizes:
            report({"rows": rows, "what": "indexing"} | fill(rows))
            for what, call, inputs in _questions(rows):
                measured = measure(call, inputs)
                report({"rows": rows, "what": what} | measured.__dict__)
    finally:
        KINDS["case"] = kept


def fill(rows: int) -> dict[str, float]:
    """Makes the index anew with so many cases; returns documents a second, and the index's size in MB."""
    from django.db import connection

    from madang.kernel.search import actions
    from madang.kernel.search.contracts import KINDS

    written = 0.0

    def entries(_ids: Any) -> Iterator[Any]:
        nonlocal written
        source = _entries(rows)
        while True:
            start = perf_counter()
            entry = next(source, None)
            written += perf_counter() - start
            if entry is None:
                return
            yield entry

    kinds = dict(KINDS)
    KINDS.clear()
    KINDS["case"] = kinds["case"].__class__("case", "case", entries, kinds["case"].shown)
    try:
        start, cpu = perf_counter(), process_time()
        actions.rebuild()
        seconds, cpu = perf_counter() - start - written, process_time() - cpu - written
    finally:
        KINDS.update(kinds)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) search_document")
        cursor.execute("SELECT pg_table_size('search_document') / 1e6, pg_indexes_size('search_document') / 1e6")
        table, index = cursor.fetchone()
    sizes = {"table_mb": float(table), "index_mb": float(index)}
    return {"documents_a_second": rows / seconds, "python_seconds": cpu} | sizes


def measure(call: Callable[[Any], int], inputs: list[Any]) -> Measured:
    """Calls once with each input, after a few to warm up."""
    for one in inputs[:5]:
        call(one)
    times, found = [], 0
    for one in inputs:
        start = perf_counter()
        found += call(one)
        times.append((perf_counter() - start) * 1000)
    times.sort()
    return Measured(times[len(times) // 2], times[int(len(times) * 0.95)], times[-1], found / len(times))


def _entries(rows: int) -> Iterator[Any]:
    from madang.kernel.search.contracts import Entry

    draw = random.Random(rows)
    for number, (title, text) in enumerate(Writer(seed=rows).read(rows), 1):
        answered = draw.random() < 0.7
        audience = {f"institution-{min(924, int(draw.paretovariate(0.5)))}", f"person-{draw.randrange(300_000)}"}
        if draw.random() < 0.5:
            audience.add("all")
        at = START + timedelta(seconds=number * 30)
        yield Entry(number, f"PET-2026-{number:07}", title, text, frozenset(audience), at, 1, answered)


def _gate() -> Any:
    from madang.kernel.search.contracts import KINDS, Kind
    from madang.kernel.search.models import Document

    def shown(_person: Any, ids: Sequence[int]) -> dict[int, str]:
        return dict(Document.objects.filter(kind="case", subject_id__in=ids).values_list("subject_id", "title"))

    return Kind("case", "case", KINDS["case"].entries, shown)


def _questions(rows: int) -> Iterator[tuple[str, Callable[[Any], int], list[Any]]]:
    from madang.kernel.identity.models import Person
    from madang.kernel.institutions.models import Post
    from madang.kernel.search.models import Document, Frequency
    from madang.kernel.search.queries import search, similar
    from madang.kernel.search.rules.texts import pairs, runs

    draw = random.Random(5)
    subjects = draw.sample(range(1, rows + 1), min(rows, 3000))
    documents = list(Document.objects.filter(kind="case", subject_id__in=subjects).order_by("id"))
    words = sorted({run for one in documents for run in runs(one.text) if 2 <= len(run) <= 4 and run.isalpha()})
    draw.shuffle(words)
    counts = dict(Frequency.objects.values_list("lexeme", "documents"))
    classes: dict[str, list[str]] = {"rare": [], "middling": [], "common": []}
    for word in words:
        share = min(counts.get(pair, 0) for pair in pairs(word)) / rows
        name = "rare" if share < 0.0005 else "middling" if 0.002 < share < 0.02 else "common" if share > 0.05 else ""
        if name and len(classes[name]) < PASSES:
            classes[name].append(word)
    officer = Person(pk=77)
    officer._posts = [Post(role=Post.Role.OFFICER, institution_id=30)]  # type: ignore[attr-defined]
    for person, who in ((None, "anyone"), (officer, "officer")):

        def ask(q: str, person: Any = person) -> int:
            return sum(count.number for count in search(person, q).counts)

        for name, chosen in classes.items():
            yield f"search, {name} word, {who}", ask, chosen
        two = [f"{a} {b}" for a, b in zip(classes["common"], classes["middling"], strict=False)]
        yield f"search, two words, {who}", ask, two
        both = [f"{a} {b}" for a, b in pairwise(classes["common"])]
        yield f"search, two common words, {who}", ask, both
        phrases = []
        for one in documents[:PASSES]:
            split = one.text.split()
            place = draw.randrange(max(1, len(split) - 2))
            phrases.append('"' + " ".join(split[place : place + 2]) + '"')
        yield f"search, phrase, {who}", ask, phrases

    def second(q: str) -> int:
        return len(search(None, q, cursor=search(None, q).next or "").hits)

    yield "search, two pages, common word", second, classes["common"]

    public = [one for one in documents if "all" in one.audience][:200]
    whole = [(one.subject_id, one.title, worn(one.text, draw)) for one in public]
    titles = [(one.subject_id, one.title, "") for one in public]

    def alike(asked: tuple[int, str, str]) -> int:
        found = similar(None, asked[1], asked[2])
        return int(asked[0] in [one.subject_id for one in found])

    yield "similar, whole text (found: the text itself, a fifth of its words left out)", alike, whole
    yield "similar, title only (found: its text)", alike, titles


def main() -> None:
    """Measures on the database of DATABASE_URL, whose index is emptied; asks for --empties-the-index first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--empties-the-index", action="store_true", required=True, help="The index is thrown away.")
    rows = parser.parse_args().rows
    django.setup()

    def report(line: dict[str, Any]) -> None:
        values = [f"{value:.1f}" if isinstance(value, float) else str(value) for value in line.values()]
        print("  ".join(values), flush=True)

    run(report, rows)


if __name__ == "__main__":
    main()
