"""What the documents claim of security is proved by tests that exist; what is not proved says so."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from .tree import ROOT

EXPLAINED = ROOT / "docs" / "explanation"
PAGES = [
    *(one for name in ("security", "accessibility", "personal-data") if (one := EXPLAINED / f"{name}.md").exists()),
    *sorted((EXPLAINED / "threats").glob("*.md")),
]
CITED = re.compile(r"`((?:[\w/]+\.py)?)::(\w+)`")
OWNED_UP = ("by the operator", "not met", "by hand")


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.parse("")
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def claims(page: Path) -> Iterator[tuple[int, str]]:
    """The lines of each table whose last column is the proof."""
    proved = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if not line.startswith("|"):
            proved = False
        elif line.rstrip().endswith("| proof |"):
            proved = True
        elif proved and set(line) - set("|-: "):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path):
    missing, path = [], ""
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        for named, test in CITED.findall(line):
            path = named or path
            if not test.startswith("test_") or test not in functions_in(ROOT / path):
                missing.append(f"{page.name}:{number}: {path}::{test}")
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_claim_is_proved_or_owned_up_to(page: Path):
    bare = [
        f"{page.name}:{number}: {line[:80]}"
        for number, line in claims(page)
        if not CITED.search(proof := line.rstrip("| ").rpartition("|")[2]) and not any(one in proof for one in OWNED_UP)
    ]
    assert not bare, "\n".join(bare)


def test_no_chapter_of_the_standard_is_left_out():
    text = (EXPLAINED / "security.md").read_text("utf-8")
    assert re.findall(r"^## V(\d+)", text, re.MULTILINE) == [str(number) for number in range(1, 18)]
    assert sum(1 for _claim in claims(EXPLAINED / "security.md")) > 60
