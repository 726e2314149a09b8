"""Search and the look-up of similar cases, measured by `benchmarks.search`, as figures of the page."""

from collections.abc import Sequence
from typing import Any

from . import databases, search
from .report import Section

TITLE = "Search and similar cases"
ABOUT = """
The index of the search filled with petitions that nobody wrote, whose pairs of letters are about as common as in real
ones; then searched for rare, middling and common words, by a passer-by and by an officer, and asked for what is similar to
a text that somebody is about to file. p95 of the call, without the page around it, in a process that holds one
connection.
"""


def run(section: Section, sizes: Sequence[int]) -> None:
    """Measures on a database of its own."""
    name = "madang_bench_search"
    databases.copy(name)
    databases.use(name)

    def note(line: dict[str, Any]) -> None:
        rows = line["rows"]
        if line["what"] == "indexing":
            section.add("indexing", line["documents_a_second"], "/s", rows=rows)
            section.add("size of table and index", line["table_mb"] + line["index_mb"], "MB", rows=rows)
        else:
            section.add(f"{line['what']}, p95", line["p95"], "ms", most=100, rows=rows)

    search.run(note, sizes)
    databases.use(databases.DEMO)
    databases.drop(name)
