"""The source tree as these tests see it: apps by folder, files under version control, what a module offers."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class App:
    """A folder of madang/kernel or madang/services."""

    path: Path

    @property
    def label(self) -> str:
        return self.path.name

    @property
    def in_kernel(self) -> bool:
        return self.path.parent.name == "kernel"

    def modules(self) -> Iterator[Path]:
        """What runs in production: no tests, no migrations."""
        for path in sorted(self.path.rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(self.path).parts):
                yield path

    def templates(self) -> Iterator[Path]:
        yield from sorted(path for path in (self.path / "templates").rglob("*") if path.suffix in (".html", ".txt"))


APPS = [
    App(path)
    for folder in ("kernel", "services")
    for path in sorted((ROOT / "madang" / folder).iterdir())
    if path.is_dir() and any(path.glob("*.py"))
]
IDS = [app.label for app in APPS]


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project: as version control knows it, or in an unpacked archive all but what is made here."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        found = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", "var", "node_modules", "__pycache__"}
        found = [path for path in ROOT.rglob("*") if not made & set(path.relative_to(ROOT).parts)]
    return tuple(path for path in found if path.is_file())


def short(path: Path) -> str:
    """The path as people name it."""
    return str(path.relative_to(ROOT))


@cache
def contracts() -> dict[str, Any]:
    """The import contracts of pyproject.toml by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {contract["name"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def rank_in_kernel() -> dict[str, int]:
    """How high each kernel app stands; apps of the same rank are independent of one another."""
    layers = contracts()["The kernel's own order"]["layers"]
    return {label.strip(): height for height, layer in enumerate(reversed(layers)) for label in layer.split("|")}


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def public_definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and classes that a module offers to others."""
    for node in syntax(path).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            yield node
